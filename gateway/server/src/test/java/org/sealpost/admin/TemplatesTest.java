package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.samskivert.mustache.MustacheException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.sealpost.control.Claim;

class TemplatesTest {
    private final Assets assets = Assets.load();
    private final Templates templates = new Templates(assets, false);

    @Test
    void whatIsPutIntoAPageIsEscaped() {
        var html = text(templates.page(Page.sentence(404, "<script>", "\"'&</p><b>")));
        assertFalse(html.contains("<script>"), html);
        assertFalse(html.contains("<b>"), html);
        assertTrue(html.contains("&lt;script&gt;"), html);
    }

    @Test
    void theFrameOffersToLogOutOnlyWhereSomebodyIsLoggedIn() {
        var sentence = new Page.Sentence("a", "b");
        assertFalse(
                text(templates.page(Page.open(200, "a", "sentence", sentence))).contains("/logout"));
        assertTrue(text(templates.page(new Page(200, "a", "sentence", sentence, Optional.of("crane-7"))))
                .contains("/logout"));
    }

    @Test
    void theOwnerOfABoxWithAnUpdateAgentIsLedToItsPage() {
        var sentence = new Page.Sentence("a", "b");
        for (boolean agent : new boolean[] {true, false}) {
            var made = new Templates(assets, agent);
            for (var client : List.of(Claim.OWNER, "crane-7")) {
                var html = text(made.page(new Page(200, "a", "sentence", sentence, Optional.of(client))));
                assertEquals(agent && client.equals(Claim.OWNER), html.contains("href=\"/updates\""), html);
            }
        }
    }

    @Test
    void everyPageForbidsWhatItDoesNotNeed() {
        var headers = templates.page(Page.sentence(200, "a", "b")).headers();
        var policy = headers.get("content-security-policy");
        assertTrue(policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self';"), policy);
        assertFalse(policy.contains("unsafe"), policy);
        assertEquals("no-referrer", headers.get("referrer-policy"));
        assertEquals(Answer.NEVER, templates.page(Page.sentence(200, "a", "b")).cacheControl());
    }

    /// What a page refers to is there, may be kept for ever, and is served by this box.
    @Test
    void whatAPageRefersToIsServedByTheBoxItself() {
        var html = text(templates.page(Page.sentence(200, "a", "b")));
        var references = Pattern.compile("(?:src|href|action)=\"([^\"]*)\"").matcher(html);
        int assetsSeen = 0;
        while (references.find()) {
            var path = references.group(1);
            assertTrue(path.startsWith("/") && !path.startsWith("//"), path);
            if (!path.startsWith(Assets.PATH)) continue;
            assetsSeen++;
            var answer = assets.find(path).orElseThrow(() -> new AssertionError(path));
            assertEquals(Answer.FOR_EVER, answer.cacheControl());
            assertTrue(answer.body().length > 0, path);
        }
        assertTrue(assetsSeen >= 4, html);
    }

    @Test
    void aValueThatIsNotThereIsABrokenPromise() {
        var page = Page.open(200, "a", "sentence", Map.of("heading", "only this"));
        assertThrows(MustacheException.class, () -> templates.page(page));
    }

    @Test
    void onlyTheNewestOfAnAssetIsServed() {
        assertTrue(assets.find("/assets/0000000000000000/sealpost.css").isEmpty());
        assertTrue(assets.find("/assets/../sealpost.css").isEmpty());
    }

    private static String text(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
