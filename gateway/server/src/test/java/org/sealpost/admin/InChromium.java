package org.sealpost.admin;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// A browser for the tests of a class, and what the pages that they open complain of.
abstract class InChromium {
    private static Chromium chromium;

    private final List<BrowserContext> contexts = new ArrayList<>();
    final List<String> complaints = new ArrayList<>();

    @BeforeAll
    static void startChromium() {
        chromium = Chromium.start();
        PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
    }

    @AfterAll
    static void stopChromium() {
        if (chromium != null) chromium.close();
    }

    /// A page of a visitor of its own, which shows nothing yet.
    final Page newPage(Browser.NewContextOptions options) {
        var context = chromium.browser().newContext(options);
        contexts.add(context);
        var page = context.newPage();
        page.onConsoleMessage(message -> {
            if (Set.of("error", "warning").contains(message.type())) complaints.add(message.text());
        });
        page.onPageError(complaints::add);
        return page;
    }

    final void closePages() {
        contexts.forEach(BrowserContext::close);
    }
}
