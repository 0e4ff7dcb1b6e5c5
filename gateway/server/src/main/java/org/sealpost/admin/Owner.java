package org.sealpost.admin;

/// The owner, as one request shows that it is theirs.
///
/// @param byCookie by a browser's session, which another site's page could make use of; else by the token
///     itself
record Owner(String client, boolean byCookie) {}
