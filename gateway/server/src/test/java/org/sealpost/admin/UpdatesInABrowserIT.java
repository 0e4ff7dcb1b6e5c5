package org.sealpost.admin;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.ota.AgentClient;
import org.sealpost.ota.UpdateStatus;

/// The page of updates as a browser shows it to the owner. What it showed last lies in `target/screenshots`.
@Timeout(180)
class UpdatesInABrowserIT extends InChromium {
    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private FakeAgent agent;
    private PageParts parts;
    private UpdatePages updates;
    private String url;

    @BeforeEach
    void start() throws Exception {
        agent = FakeAgent.at(folder.resolve("agent.socket"));
        parts = new PageParts(System::nanoTime, true);
        updates = new UpdatePages(
                vertx,
                parts,
                new Asking(new AgentClient(folder.resolve("agent.socket"))),
                InstantSource.fixed(FakeAgent.AT.plusSeconds(90)));
        var server = RunningPages.done(
                vertx.createHttpServer().requestHandler(this::serve).listen(0, "127.0.0.1"));
        url = "http://127.0.0.1:" + server.actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        closePages();
        RunningPages.done(vertx.close());
        agent.close();
        assertEquals(List.of(), complaints);
    }

    /// Asks the agent at each look, so that a test need not wait for the next one.
    private record Asking(AgentClient client) implements UpdateAgent {
        @Override
        public Seen seen() {
            try {
                return new Seen(Optional.of(client.status()), Optional.empty());
            } catch (IOException e) {
                return new Seen(
                        Optional.empty(),
                        Optional.of(new Silence(
                                "the update agent does not answer: " + e.getMessage(),
                                "its service is started again by itself",
                                FakeAgent.AT)));
            }
        }

        @Override
        public AgentClient.Answer give(Order order) throws IOException {
            return order.to(client);
        }
    }

    /// Everybody is the owner, by a cookie.
    private void serve(HttpServerRequest request) {
        request.pause();
        var owner = new Owner("owner", true);
        var answer = request.method() == HttpMethod.POST
                ? updates.post(request, request.path(), owner)
                : updates.shows(request.path())
                        ? updates.read(request.path(), owner)
                        : Future.succeededFuture(parts.assets
                                .find(request.path())
                                .orElseGet(() -> parts.sentence(404, "Not found", "There is nothing here.")));
        answer.onSuccess(good -> {
            request.resume();
            good.writeTo(request);
        });
    }

    @Test
    void everythingIsLegibleOnEveryScreen() {
        agent.status = FakeAgent.full();
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : List.of(InABrowser.PHONE, InABrowser.DESK)) {
                var page = open(InABrowser.options(scheme, width));
                assertThat(page.locator("h1")).hasText("Updates");
                assertThat(page.locator("#updates")).containsText("Faster <seals> & fixes.");
                InABrowser.assertLegible(page, scheme, width, "updates");
            }
        }
    }

    @Test
    void anOfferIsInstalledAndItsProgressIsShownWithoutAReload() {
        agent.status = FakeAgent.full();
        var page = open(InABrowser.options(ColorScheme.LIGHT, InABrowser.DESK));
        page.locator("#install").click();
        assertThat(page.locator("#doing")).hasText("1.1.0 can be installed.");
        assertEquals(
                List.of("{\"order\":\"install\",\"version\":\"1.1.0\",\"by\":\"owner\"}"),
                agent.orders.stream().map(Object::toString).toList());
        page.evaluate("window.sameDocument = true");
        page.locator("#url").fill("https://half-typed");
        agent.status =
                FakeAgent.status("fetching", Optional.of(new UpdateStatus.Progress(40, "download")), Optional.empty());
        assertThat(page.locator("#doing")).hasText("1.1.0 is being fetched. Download: 40 %.");
        assertThat(page.locator("#updates meter")).hasAttribute("value", "40");
        assertThat(page.locator("#install")).hasCount(0);
        assertEquals(true, page.evaluate("window.sameDocument"));
        assertEquals("https://half-typed", page.locator("#url").inputValue(), "what is typed stays");
        page.locator("#check").click();
        assertThat(page.locator("#url")).hasValue("");
        assertEquals("check", agent.orders.getLast().required("order").asText());
    }

    @Test
    void theSourceIsSetAndARefusalIsShownOnThePage() {
        var page = open(InABrowser.options(ColorScheme.LIGHT, InABrowser.PHONE));
        page.locator("#url").fill("https://updates.example/");
        page.locator("#ca").fill("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----");
        page.locator("#automatic").check();
        agent.refusing = Optional.of("the certificates cannot be read; give them in PEM");
        page.locator("form[action='/updates/source'] button").click();
        assertThat(page.locator(".refused")).hasText("the certificates cannot be read; give them in PEM");
        var order = agent.orders.getFirst();
        assertEquals("https://updates.example/", order.required("url").asText());
        assertEquals(
                "-----BEGIN CERTIFICATE-----\r\nAA==\r\n-----END CERTIFICATE-----",
                order.required("ca").asText());
        assertEquals(true, order.required("automatic").asBoolean());
        complaints.removeIf(said -> said.contains("status of 422"));
    }

    @Test
    void aReleaseThatFellBackIsAllowedAgain() {
        agent.status = FakeAgent.full();
        var page = open(InABrowser.options(ColorScheme.LIGHT, InABrowser.DESK).setJavaScriptEnabled(false));
        page.locator("form[action='/updates/allow'] button").click();
        assertThat(page.locator("h1")).hasText("Updates");
        assertEquals("0.9.0", agent.orders.getFirst().required("version").asText());
    }

    @Test
    void aSilentAgentIsSaidToBeSilent() throws Exception {
        var page = open(InABrowser.options(ColorScheme.DARK, InABrowser.PHONE));
        assertThat(page.locator("#doing")).isVisible();
        agent.close();
        assertThat(page.locator("#updates .refused")).containsText("does not answer");
        assertThat(page.locator("#updates")).containsText("What to do");
        InABrowser.assertLegible(page, ColorScheme.DARK, InABrowser.PHONE, "updates-silent");
    }

    // --- small things

    private Page open(Browser.NewContextOptions options) {
        var page = newPage(options);
        page.navigate(url + UpdatePages.PATH);
        return page;
    }
}
