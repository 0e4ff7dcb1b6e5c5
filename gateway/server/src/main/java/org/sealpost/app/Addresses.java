package org.sealpost.app;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The addresses under which others reach this machine.
final class Addresses {
    private Addresses() {}

    /// Those of the interfaces that are up: IPv4 first, then IPv6, link-local ones last. None while there is no
    /// network.
    static List<InetAddress> now() {
        var found = new ArrayList<InetAddress>();
        try {
            for (var link : NetworkInterface.networkInterfaces().toList()) {
                if (link.isUp() && !link.isLoopback()) link.inetAddresses().forEach(found::add);
            }
        } catch (IOException e) {
            // An interface that went away while it was asked; whoever polls asks again.
            return List.of();
        }
        found.sort(Comparator.comparing((InetAddress address) -> !(address instanceof Inet4Address))
                .thenComparing(InetAddress::isLinkLocalAddress)
                .thenComparing(InetAddress::getHostAddress));
        return List.copyOf(found);
    }

    /// As it stands in the address line of a browser: without the zone, which is a name on this machine that no browser
    /// takes.
    static String url(String scheme, InetAddress address, int port) {
        var plain = address.getHostAddress().replaceFirst("%.*", "");
        var host = address instanceof Inet6Address ? "[" + plain + "]" : plain;
        int usual = scheme.equals("https") ? 443 : 80;
        return scheme + "://" + host + (port == usual ? "" : ":" + port) + "/";
    }
}
