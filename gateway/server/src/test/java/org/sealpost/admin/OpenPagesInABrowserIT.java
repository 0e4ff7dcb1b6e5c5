package org.sealpost.admin;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.sensor.SensorState.Condition;
import org.sealpost.sensor.Value;

/// Pages that are left open, as a browser shows them.
@Timeout(180)
class OpenPagesInABrowserIT extends InABrowser {
    @Test
    void whatChangesIsShownWithoutAReload() {
        var page = openHome(options(ColorScheme.LIGHT, DESK));
        page.evaluate("window.sameDocument = true");
        pages.box.goesRed();
        assertThat(page.locator(".state.bad h1")).hasText("Needs you");
        assertThat(page).hasTitle("! Needs you · Sealpost");
        assertEquals(true, page.evaluate("window.sameDocument"));
    }

    /// A page whose box is gone must not go on saying that all is well.
    @Test
    void aBoxThatDoesNotAnswerIsSaidToBeLost() {
        var page = openHome(options(ColorScheme.LIGHT, DESK));
        assertThat(page.locator(".lost")).isHidden();
        page.context().setOffline(true);
        assertThat(page.locator(".lost")).isVisible();
        shoot(page, "lost");
        page.context().setOffline(false);
        assertThat(page.locator(".lost")).isHidden();
        complaints.removeIf(said -> said.contains("ERR_INTERNET_DISCONNECTED") || said.startsWith("htmx:"));
    }

    @Test
    void whenTheSessionHasEndedTheLoginIsShown() {
        var page = openHome(options(ColorScheme.LIGHT, DESK));
        pages.nanos.addAndGet(Sessions.LIFE.toNanos());
        assertThat(page.locator("#token")).isVisible();
        complaints.removeIf(said -> said.contains("status of 403"));
    }

    @Test
    void whatASensorSaysIsShownWithoutAReload() {
        var page = openSensors(options(ColorScheme.LIGHT, DESK));
        page.locator("#document").fill("# half a sentence");
        var red = FakeDesk.state(
                "gate", "contact", Condition.RED, Optional.of(new Value.Truth(false)), "1", "the line is gone");
        pages.desk.states = List.of(red);
        pages.desk.newest = Map.of("gate", FakeDesk.recorded(red.last().orElseThrow(), FakeBox.NOW, 78));
        assertThat(page.locator("#sensor-gate.bad .value")).hasText("false");
        assertThat(page.locator("#document")).hasValue("# half a sentence");
    }
}
