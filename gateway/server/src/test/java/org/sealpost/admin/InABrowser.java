package org.sealpost.admin;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What tests of the pages share that look at them with a browser. What it showed last lies in `target/screenshots`.
abstract class InABrowser extends InChromium {
    static final int PHONE = 320;
    static final int DESK = 1280;

    /// Contrast of the text that is least legible (WCAG 2.2, 1.4.3), among all that is shown: `ratio text`, or
    /// empty if each has enough.
    static final String TOO_FAINT = """
            () => {
              const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
              const numbers = (colour) => colour.match(/[0-9.]+/g).map(Number);
              const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
              const ground = (element) => {
                for (let e = element; e; e = e.parentElement) {
                  const colour = numbers(getComputedStyle(e).backgroundColor);
                  if (colour.length < 4 || colour[3] === 1) return colour;
                }
                return [255, 255, 255];
              };
              const faint = [];
              for (const element of document.querySelectorAll('body *')) {
                const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
                if (!own || !element.checkVisibility() || element.closest('meter')) continue;
                const style = getComputedStyle(element);
                const a = light(numbers(style.color)), b = light(ground(element));
                const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                const large = parseFloat(style.fontSize) >= 24;
                if (ratio < (large ? 3 : 4.5)) faint.push(ratio.toFixed(2) + ' ' + element.textContent.trim());
              }
              return faint.join('\\n');
            }
            """;

    private static Chromium chromium;

    RunningPages pages;
    private final Set<String> hosts = new TreeSet<>();

    @BeforeEach
    void start() throws Exception {
        pages = RunningPages.start();
    }

    /// Whatever a test did: nothing was blocked by the content security policy, and nothing was asked of
    /// anybody else.
    @AfterEach
    void stop() throws Exception {
        closePages();
        pages.close();
        assertEquals(List.of(), complaints);
        assertEquals(Set.of(pages.url().getAuthority()), hosts);
    }

    // --- small things

    static Browser.NewContextOptions options(ColorScheme scheme, int width) {
        return new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(width, 720);
    }

    Page open(Browser.NewContextOptions options) {
        var page = newPage(options);
        page.onRequest(request -> hosts.add(URI.create(request.url()).getAuthority()));
        page.navigate(pages.url() + "/");
        return page;
    }

    Page openHome(Browser.NewContextOptions options) {
        var page = open(options);
        login(page, RunningPages.TOKEN);
        assertThat(page.locator("#state")).isVisible();
        return page;
    }

    static void login(Page page, String token) {
        page.locator("#token").fill(token);
        page.locator("main button").click();
    }

    static void assertLegible(Page page, ColorScheme scheme, int width, String name) {
        shoot(page, name + "-" + scheme.name().toLowerCase(Locale.ROOT) + "-" + width);
        assertEquals(width, page.evaluate("document.documentElement.scrollWidth"), "it scrolls sideways");
        assertEquals("", page.evaluate(TOO_FAINT));
        var ground = (String) page.evaluate("getComputedStyle(document.body).backgroundColor");
        boolean dark = Integer.parseInt(ground.replaceAll("[^0-9,]", "").split(",")[0]) < 64;
        assertEquals(scheme == ColorScheme.DARK, dark, ground);
        assertFalse(page.locator("main").textContent().contains("{{"));
    }

    static void shoot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target", "screenshots", name + ".png"))
                .setFullPage(true));
    }

    Page openSensors(Browser.NewContextOptions options) {
        pages.box.sensors = pages.desk.states;
        var page = open(options);
        login(page, RunningPages.OWNERS_TOKEN);
        page.locator(".tile h2 a", new Page.LocatorOptions().setHasText("Sensors"))
                .click();
        assertThat(page.locator("h1")).hasText("Sensors");
        return page;
    }
}
