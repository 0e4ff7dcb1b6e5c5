package org.sealpost.admin;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.CarriedHeads;
import org.sealpost.anchor.HeadFile;

/// The pages as a browser shows them. What it showed last lies in `target/screenshots`.
@Timeout(180)
class PagesInABrowserIT extends InABrowser {
    @Test
    void homeIsGreenAndFitsEveryScreen() {
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : List.of(PHONE, DESK)) {
                var page = openHome(options(scheme, width));
                assertThat(page.locator("h1")).hasText("All is well");
                assertLegible(page, scheme, width, "green");
            }
        }
    }

    @Test
    void homeIsRedAndFitsEveryScreen() {
        pages.box.goesRed();
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : List.of(PHONE, DESK)) {
                var page = openHome(options(scheme, width));
                assertThat(page.locator("h1")).hasText("Needs you");
                assertThat(page.locator(".problem")).hasCount(2);
                assertThat(page.locator(".problem").first()).containsText("plug it in");
                assertRedAtTheTop(page);
                assertLegible(page, scheme, width, "red");
            }
        }
    }

    /// From two metres: the whole width of the page, in solid red, with letters as high as a thumb is wide.
    private static void assertRedAtTheTop(Page page) {
        var state = page.locator(".state");
        var red = (String) state.evaluate("e => getComputedStyle(e).backgroundColor");
        var channels = red.replaceAll("[^0-9,]", "").split(",");
        assertTrue(Integer.parseInt(channels[0]) > 150 && Integer.parseInt(channels[1]) < 40, red);
        double size =
                ((Number) page.locator("h1").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")).doubleValue();
        assertTrue(size >= 36, () -> size + " px");
        assertTrue(state.boundingBox().y < 120);
    }

    @Test
    void aWrongTokenIsSaidToBeWrongAndARightOneOpensHome() {
        var page = open(options(ColorScheme.LIGHT, PHONE));
        login(page, "guessed-it");
        assertThat(page.locator(".refused")).containsText("This box knows no such token");
        assertLegible(page, ColorScheme.LIGHT, PHONE, "login");
        login(page, RunningPages.TOKEN);
        assertThat(page.locator("h1")).hasText("All is well");
        page.locator(".who button").click();
        assertThat(page.locator("#token")).isVisible();
        complaints.removeIf(said -> said.contains("status of 403"));
    }

    @Test
    void allOfItWorksWithoutJavaScript() {
        var page = openHome(options(ColorScheme.DARK, PHONE).setJavaScriptEnabled(false));
        assertThat(page.locator("h1")).hasText("All is well");
        assertThat(page.locator(".lost")).isHidden();
        pages.box.goesRed();
        page.reload();
        assertThat(page.locator("h1")).hasText("Needs you");
        page.locator(".who button").click();
        assertThat(page.locator("#token")).isVisible();
    }

    // --- records

    @Test
    void recordsFitEveryScreenAndAreFoundWithoutJavaScript() {
        pages.search.more = java.util.OptionalLong.of(500);
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : List.of(PHONE, DESK)) {
                var page = open(options(scheme, width).setJavaScriptEnabled(width == DESK));
                login(page, RunningPages.OWNERS_TOKEN);
                page.locator(".who a", new Page.LocatorOptions().setHasText("Records"))
                        .click();
                assertThat(page.locator("h1")).hasText("Records");
                page.locator("#profile").selectOption("port.weigh");
                page.locator("#business-key").fill("MSKU0000003");
                page.locator("#from").fill("2026-05-04T12:00");
                page.locator("main button").click();
                assertThat(page.locator("#record-77.note")).containsText("sensor:gate");
                assertThat(page.locator("#business-key")).hasValue("MSKU0000003");
                assertEquals(
                        java.util.Optional.of("MSKU0000003"),
                        pages.search
                                .asked
                                .getLast()
                                .businessKey()
                                .map(org.sealpost.archive.RecordSearch.BusinessKey::value));
                if (width == DESK) assertLegible(page, scheme, width, "records");
                else shoot(page, "records-" + scheme.name().toLowerCase(Locale.ROOT) + "-" + width);
                page.locator("a", new Page.LocatorOptions().setHasText("More")).click();
                assertThat(page.locator("#record-77")).isVisible();
                assertEquals(
                        java.util.OptionalLong.of(500),
                        pages.search.asked.getLast().beyond());
            }
        }
    }

    // --- sensors

    @Test
    void sensorsFitEveryScreenAndAreReachedFromHome() {
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : List.of(PHONE, DESK)) {
                var page = openSensors(options(scheme, width));
                assertThat(page.locator("#sensor-tank.bad .value")).hasText("12.50 Cel");
                assertThat(page.locator("#sensor-tank")).containsText("What to do: see that it has power");
                assertThat(page.locator("#sensor-scale.note .value")).hasText("nothing yet");
                assertLegible(page, scheme, width, "sensors");
            }
        }
    }

    @Test
    void theOwnerPutsSettingsInForceAndTriesASensor() {
        var page = openSensors(options(ColorScheme.LIGHT, PHONE));
        assertThat(page.locator("#document")).hasValue(FakeDesk.DOCUMENT);
        page.locator("#document").fill(FakeDesk.DOCUMENT + "evry = \"1s\"\n");
        page.locator("button", new Page.LocatorOptions().setHasText("Put in force"))
                .click();
        assertThat(page.locator(".refused")).containsText("evry");
        assertThat(page.locator("#document")).hasValue(FakeDesk.DOCUMENT + "evry = \"1s\"\n");
        assertEquals(FakeDesk.DOCUMENT, pages.desk.document);
        shoot(page, "sensors-refused");
        var better = FakeDesk.DOCUMENT.replace("1s", "2s");
        page.locator("#document").fill(better);
        page.locator("button", new Page.LocatorOptions().setHasText("Put in force"))
                .click();
        assertThat(page.locator(".refused")).hasCount(0);
        assertThat(page.locator("#document")).hasValue(better);
        assertEquals(better, pages.desk.document);

        page.locator("#sensor-scale button").click();
        assertThat(page.locator("p[role=status]")).containsText("scale: nothing was said within 15 s");
        page.locator("button", new Page.LocatorOptions().setHasText("Look for devices"))
                .click();
        assertThat(page.locator("pre")).containsText("port = \"/dev/ttyUSB0\"");
        assertLegible(page, ColorScheme.LIGHT, PHONE, "sensors-found");
        complaints.removeIf(said -> said.contains("status of 422"));
    }

    // --- ledgers

    @Test
    void ledgersFitEveryScreenAndAreReachedFromHome() {
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : List.of(PHONE, DESK)) {
                var page = openLedgers(options(scheme, width));
                assertThat(page.locator("#ledger-consortium.good .value")).hasText("233 entries wait");
                assertThat(page.locator("#ledger-evm.bad")).containsText("What to do: Look whether the node runs");
                assertThat(page.locator("#ledger-local.note .word")).hasText("for itself only");
                assertLegible(page, scheme, width, "ledgers");
            }
        }
    }

    @Test
    void theOwnerParksALedgerAndUnparksIt() {
        var page = openLedgers(options(ColorScheme.LIGHT, PHONE));
        page.locator("#ledger-consortium button", new Page.LocatorOptions().setHasText("Park"))
                .click();
        assertThat(page.locator("#ledger-consortium.note .word")).hasText("parked");
        assertThat(page.locator("#ledger-consortium")).containsText("Parked by owner");
        page.locator("#ledger-consortium button").click();
        assertThat(page.locator("#ledger-consortium.good .word")).hasText("anchoring");
    }

    /// As a phone does that is held before the screen, in both schemes.
    @Test
    void aPhoneReadsTheNewestHeadFromThePage(@TempDir Path folder) throws Exception {
        var file = new CarriedHeads(folder, "carried/heads", 51, 1200).file(1200, 700L);
        pages.ledgers.head = Optional.of(file);
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            var page = openLedgers(options(scheme, DESK));
            page.locator("a", new Page.LocatorOptions().setHasText("for a phone"))
                    .click();
            assertThat(page.locator("svg.qr")).isVisible();
            assertLegible(page, scheme, DESK, "head");
            var photo = ImageIO.read(
                    new ByteArrayInputStream(page.screenshot(new Page.ScreenshotOptions().setFullPage(true))));
            var text = PhoneCamera.text(photo);
            assertEquals(file, HeadFile.parse(text.getBytes(StandardCharsets.US_ASCII)));
        }
        var narrow = openLedgers(options(ColorScheme.LIGHT, PHONE));
        narrow.navigate(pages.url() + "/ledgers/head?from=1200");
        assertThat(narrow.locator(".refused")).containsText("no more than 1,200 entries");
        assertLegible(narrow, ColorScheme.LIGHT, PHONE, "head-refused");
    }

    private Page openLedgers(Browser.NewContextOptions options) {
        var page = open(options);
        login(page, RunningPages.OWNERS_TOKEN);
        page.locator(".who a", new Page.LocatorOptions().setHasText("Ledgers")).click();
        assertThat(page.locator("h1")).hasText("Ledgers");
        return page;
    }
}
