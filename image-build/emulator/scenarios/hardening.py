"""What a box exposes: to the network, to its own services, to whoever reads its image."""

import re
import socket
import struct
import tempfile
import time
from pathlib import Path

from emulator import processes
from emulator.box import partitions
from emulator.machine import Machine
from emulator.report import Checks
from emulator.run import FirstBox, Run, working
from emulator.waiting import Failed, wait_until

# Ours that need root, each for one short step; see their units.
_ROOT = {
    "sealpost-check-data.service",
    "sealpost-directories.service",
    "sealpost-confirm.service",
    "sealpost-no-data.service",
}
# systemd's figure for what a unit may do, 0 to 10; a usual service without any sandbox has 9.
_EXPOSURE = 2.5
# Bits of capabilities(7) that the gateway may have: to bind ports below 1024.
_NET_BIND_SERVICE = 1 << 10


def inside(run: Run, checks: Checks, first: FirstBox) -> None:
    with working(run, checks, first, "looked-into") as (machine, door, _):
        _services(checks, machine)
        _driver(checks, machine)
        _ports(checks, machine)
        _memory(checks, machine)
        _bounds(checks, machine)
        _updates(checks, machine)
        _names(checks, machine)
        _other_disk(run, checks, machine)
        _no_login(checks, machine)
        _firewall(checks, machine)
        # Last, since it resets the box.
        _watchdog(checks, machine)


def _services(checks: Checks, machine: Machine) -> None:
    listed = machine.inside.read("systemctl list-units --all --plain --no-legend --type=service 'sealpost*'")
    units = [line.split()[0] for line in listed.splitlines()]
    checks.need("sealpost.service" in units, f"systemd knows no sealpost.service, only {units}")
    for unit in units:
        shown = machine.inside.read(f"systemctl show -p User -p NoNewPrivileges -p MainPID {unit}")
        properties = dict(line.split("=", 1) for line in shown.splitlines())
        if unit not in _ROOT:
            checks.that(f"{unit} has a user of its own", properties["User"] not in ("", "root"), shown)
        checks.same(f"{unit} cannot gain privileges", "yes", properties["NoNewPrivileges"])
        if properties["MainPID"] != "0":
            _process(checks, machine, unit, properties["MainPID"])
    text = machine.inside.read(f"systemd-analyze security --no-pager {' '.join(units)} | cat", 180)
    exposures = dict(re.findall(r"Overall exposure level for (\S+): ([0-9.]+)", text))
    for unit in units:
        value = exposures.get(unit)
        checks.that(
            f"systemd-analyze security gives {unit} at most {_EXPOSURE}",
            value and float(value) <= _EXPOSURE,
            f"{value}",
        )


def _process(checks: Checks, machine: Machine, unit: str, number: str) -> None:
    status = machine.inside.read(f"cat /proc/{number}/status")
    fields = {name: value.split() for name, _, value in (line.partition(":") for line in status.splitlines())}
    checks.that(f"the process of {unit} is not root's", fields["Uid"].count("0") == 0, str(fields["Uid"]))
    checks.same(f"the process of {unit} has no_new_privs", ["1"], fields["NoNewPrivs"])
    may = int(fields["CapEff"][0], 16) | int(fields["CapPrm"][0], 16) | int(fields["CapBnd"][0], 16)
    checks.that(
        f"the process of {unit} can at most bind low ports", may & ~_NET_BIND_SERVICE == 0, f"capabilities {may:x}"
    )


def _driver(checks: Checks, machine: Machine) -> None:
    # What the library does, a crash too, is done to a process that can be replaced, and never to the gateway.
    holders = machine.inside.read(
        "grep -l libtpm2_pkcs11 /proc/[0-9]*/maps 2>/dev/null | while IFS=/ read -r _ _ number _; do"
        " tr '\\0' ' ' <\"/proc/$number/cmdline\"; echo; done"
    ).splitlines()
    checks.that(
        "the token's library is in a driver process, and nowhere else",
        len(holders) == 1 and "org.sealpost.hsm.driver.Main" in holders[0],
        str(holders),
    )


def _ports(checks: Checks, machine: Machine) -> None:
    # Not by a program that the image would have to have.
    tcp = _listening(machine.inside.read("cat /proc/net/tcp /proc/net/tcp6"), state="0A")
    checks.same("the open TCP ports", {443, 8883}, tcp)
    udp = _listening(machine.inside.read("cat /proc/net/udp /proc/net/udp6"), state="07")
    checks.that("the open UDP ports are the DHCP client's", udp <= {68, 546}, str(udp))


def _listening(table: str, state: str) -> set[int]:
    """Ports of /proc/net that others than this machine could reach."""
    ports = set()
    for line in table.splitlines():
        fields = line.split()
        if len(fields) > 3 and fields[3] == state and fields[1][-4:] != "ress":
            address, port = fields[1].rsplit(":", 1)
            loopback = address.endswith("7F") and len(address) == 8 or address == "0" * 24 + "01000000"
            if not loopback:
                ports.add(int(port, 16))
    return ports


def _memory(checks: Checks, machine: Machine) -> None:
    text = machine.inside.read("cat /proc/meminfo")
    field = {
        name: int(value.split()[0]) // 1024 for name, _, value in (line.partition(":") for line in text.splitlines())
    }
    used = field["MemTotal"] - field["MemAvailable"]
    checks.that(f"the whole system uses {used} MiB of memory, below 400", used < 400, text)


def _bounds(checks: Checks, machine: Machine) -> None:
    said = machine.inside.read("journalctl -b -t systemd-journald -o cat --no-pager")
    # journald's own word: "Runtime Journal (path) is 4M, max 16M, 12M free."
    for kind in ("Runtime", "System"):
        found = re.search(rf"{kind} Journal \(.*?\) is \S+, max ([0-9.]+)([KMG]),", said)
        small = found and (found.group(2) == "K" or found.group(2) == "M" and float(found.group(1)) <= 128)
        checks.that(f"the {kind.lower()} journal is bounded", small, said[-1000:])
    root = machine.inside.read("findmnt -n -o FSTYPE,OPTIONS / | cat")
    checks.that("the root file system is read-only squashfs", re.match(r"squashfs\s+ro\b", root), root)
    data = machine.inside.read("findmnt -n -o OPTIONS /data | cat")
    checks.that(
        "nothing on the data partition is executable", {"nosuid", "nodev", "noexec"} <= set(data.split(",")), data
    )
    failed = machine.inside.read("systemctl list-units --failed --plain --no-legend")
    checks.same("no unit has failed", "", failed)


def _updates(checks: Checks, machine: Machine) -> None:
    """Who may tell RAUC what to install, and who may give the update agent orders."""
    for user, may in (("sealpost-ota", True), ("sealpost", False), ("sealpost-check", False)):
        said = machine.inside.run(
            f"setpriv --reuid={user} --regid={user} --init-groups"
            " busctl call de.pengutronix.rauc / de.pengutronix.rauc.Installer GetPrimary"
        )
        checks.that(f"{user} {'may' if may else 'may not'} talk to RAUC", (said.code == 0) == may, said.text)
    lock = machine.inside.run("setpriv --reuid=sealpost --regid=sealpost --init-groups cat /run/sealpost-boot/lock")
    checks.that("no service can hold the lock of the boot environment", "Permission denied" in lock.text, lock.text)
    folder = machine.inside.read("stat -c '%U %G %a' /data/ota; stat -c '%U %G %a' /run/sealpost-ota/agent.socket")
    checks.same(
        "only the gateway reaches the update agent, and reads what it did",
        ["sealpost-ota sealpost-ota 750", "sealpost-ota sealpost-ota 660"],
        folder.splitlines(),
    )


# A network inside the box: one end gives addresses, and names a server that knows one name; the other end is a card as the
# image's own settings have it. The server is perl's, which the image has anyway.
_NETWORK = r"""
mkdir -p /run/systemd/network
cd /run/systemd/network
printf '[NetDev]\nName=dns0\nKind=veth\n[Peer]\nName=dns1\n' >10-dns.netdev
printf '[Match]\nName=dns0\n[Network]\nAddress=192.0.2.1/24\nLinkLocalAddressing=no\nDHCPServer=yes\n[DHCPServer]\nDNS=192.0.2.1\nEmitRouter=no\n' >10-dns0.network
sed -e '/^Kind=/d' -e 's/^Type=.*/Name=dns1/' /usr/lib/systemd/network/50-wired.network >10-dns1.network
nft insert rule inet filter input iifname dns0 udp dport 67 accept
cat >/run/name-server.pl <<'PERL'
use IO::Socket::INET;
my $s = IO::Socket::INET->new(LocalAddr => '192.0.2.1', LocalPort => 53, Proto => 'udp') or exit 1;
while (my $from = $s->recv(my $q, 512)) {
  my ($name, $type) = substr($q, 12) =~ /^(.*?\0)(..)/s or next;
  my $known = $type eq "\0\1" && $name eq "\7updates\7example\3org\0";
  my $answer = $known ? "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\7" : '';
  $s->send(substr($q, 0, 2) . "\x85\x80\0\1\0" . chr($known) . "\0\0\0\0$name$type\0\1$answer", 0, $from);
}
PERL
networkctl reload
systemd-run --quiet --unit=name-server -p Restart=always -p RestartSec=1 -p StartLimitIntervalSec=0 perl /run/name-server.pl
"""


def _names(checks: Checks, machine: Machine) -> None:
    """A server of releases, and a machine that speaks Modbus, may be named: the network says who knows names."""
    machine.inside.read(_NETWORK, 120)

    def found() -> str | None:
        asked = machine.inside.run("grep -q '^nameserver 192.0.2.1$' /etc/resolv.conf && getent ahostsv4 updates.example.org")
        return asked.text if asked.code == 0 else None

    try:
        text = wait_until("a name is found", 120, found, every=1)
        checks.that("a name is found by the server that DHCP names", text.startswith("192.0.2.7 "), text)
    except Failed as e:
        seen = machine.inside.run("cat /etc/resolv.conf; resolvectl status --no-pager; networkctl --no-pager").text
        checks.failed("a name is found by the server that DHCP names", f"{e}: {seen}")


def _other_disk(run: Run, checks: Checks, machine: Machine) -> None:
    """A stick that holds our own image bears the names and numbers of the box's own partitions."""
    own = "readlink -f /dev/sealpost/*"
    before = machine.inside.read(own)
    checks.same("the box knows its own partitions", [f"/dev/vda{n}" for n in (4, 1, 2, 3)], before.splitlines())
    machine.plug_stick(run.image)
    wait_until("the stick's partitions are seen", 60, lambda: machine.inside.run("[ -b /dev/sda3 ]").code == 0)
    machine.inside.read("udevadm settle --timeout=60", 90)
    checks.same("a stick with our own image takes the place of none of them", before, machine.inside.read(own))
    mounted = machine.inside.run("mountpoint /run/sealpost-stick")
    checks.that("nor is it taken for a stick with releases", mounted.code != 0, mounted.text)
    state = machine.inside.read("/usr/lib/sealpost/sealpost-bootenv confirm; /usr/lib/sealpost/sealpost-bootenv show")
    checks.that("the box's own boot environment is written", "rescue=5" in state.splitlines(), state)
    machine.pull_stick()
    wait_until("the stick is gone", 60, lambda: machine.inside.run("[ ! -b /dev/sda ]").code == 0)
    ext4 = run.work / "ext4.img"
    with ext4.open("wb") as file:
        file.truncate(4 << 20)
    processes.run(["mkfs.ext4", "-q", "-L", "EXT4", str(ext4)])
    machine.plug_stick(ext4)
    wait_until("the next one is seen", 60, lambda: machine.inside.run("[ -b /dev/disk/by-label/EXT4 ]").code == 0)
    machine.inside.read("udevadm settle --timeout=60", 90)
    taken = machine.inside.run("mountpoint /run/sealpost-stick || ls /dev/sealpost-stick")
    checks.that("an ext4, which could make the kernel panic, is not mounted", taken.code != 0, taken.text)
    machine.pull_stick()


def _no_login(checks: Checks, machine: Machine) -> None:
    units = machine.inside.read("systemctl list-units --type=service --plain --no-legend '*ssh*' '*getty*' '*shell*'")
    checks.same("no unit lets anybody log in", "", units)
    hashes = machine.inside.read("cut -d: -f1,2 /etc/shadow")
    valid = [line for line in hashes.splitlines() if line.split(":")[1][:1] not in ("!", "*")]
    checks.that("no account has a password", not valid, str(valid))


_LOCAL_GREETING = """
for _ in {1..50}; do
  exec 3<>/dev/tcp/127.0.0.1/9000 && read -r -t 20 line <&3 && [ "$line" = hello ] && exit 0
  sleep 0.2
done
exit 1
"""


def _firewall(checks: Checks, machine: Machine) -> None:
    rules = machine.inside.read("nft list ruleset")
    checks.that(
        "what comes in is dropped by default", re.search(r"hook input priority [^;]*; policy drop;", rules), rules
    )
    # A listener on a port of ours, to see that it is the firewall which keeps it from the network.
    listener = (
        "systemd-run --quiet --unit=listener systemd-socket-activate --listen=9000 --accept --inetd /bin/echo hello"
    )
    machine.inside.read(listener)
    heard = machine.inside.run(_LOCAL_GREETING, 120)
    checks.need(heard.code == 0, f"the listener does not answer inside the box: {heard.text}")
    checks.that("another port is closed to the network", not _greets(machine.ports[9000], 10), "it answered")
    machine.inside.read("nft insert rule inet filter input tcp dport 9000 accept")
    checks.that(
        "and only by the firewall",
        _greets(machine.ports[9000], 60),
        "it did not answer after the port was opened either",
    )


def _greets(port: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                if connection.recv(10):
                    return True
        except OSError:
            pass
        time.sleep(0.2)
    return False


def _watchdog(checks: Checks, machine: Machine) -> None:
    timeout = machine.inside.read("systemctl show -p RuntimeWatchdogUSec --value")
    checks.that("systemd feeds the hardware watchdog", timeout not in ("", "0", "infinity"), timeout)
    machine.inside.read("kill -SEGV 1")
    event = machine.qmp.wait_for_event("WATCHDOG", 240)
    checks.same("a box whose init hangs is reset by the watchdog", "reset", event["data"]["action"])


def image(run: Run, checks: Checks) -> None:
    """The image itself, unpacked on this machine."""
    parts = partitions(run.image)
    checks.same("its partitions", ["esp", "root-A", "root-B"], list(parts))
    with run.image.open("rb") as disk:
        disk.seek(parts["root-A"].offset)
        superblock = disk.read(96)
        checks.same("a slot holds squashfs", b"hsqs", superblock[:4])
        (size,) = struct.unpack_from("<Q", superblock, 40)
        checks.that(f"the root file system has {size >> 20} MiB, below 220", size < 220 << 20)
        disk.seek(parts["root-A"].offset)
        with tempfile.TemporaryDirectory(prefix="sealpost-", dir=run.work) as folder:
            packed = Path(folder, "root.squashfs")
            with packed.open("wb") as copy:
                remaining = size
                while remaining:
                    copy.write(block := disk.read(min(1 << 20, remaining)))
                    remaining -= len(block)
            # Not with -quiet: not every version has it. Device nodes need root, and are not looked at.
            processes.run(
                ["unsquashfs", "-no-progress", "-no-xattrs", "-ignore-errors", "-d", f"{folder}/root", str(packed)],
                seconds=300,
            )
            _secrets(checks, Path(folder, "root"))


# With what follows it: libraries have the words alone, to look for them in files.
_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+([A-Za-z0-9+/=\n]{66})")
# Published, so no secret: the constant by which Netty (io.netty.handler.ssl.OpenSsl) tries out its TLS; the cache of
# the JVM has it uncompressed.
_PUBLISHED = {b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCCBtayYNDrM3NF"}
_SUSPECTS = re.compile(
    r"(\.(key|p12|pfx|jks|keystore|pin)|/ssh_host_\w+_key|/authorized_keys|/\.netrc|/id_(rsa|ecdsa|ed25519))$"
)


def _secrets(checks: Checks, root: Path) -> None:
    keys, names, set_id = [], [], []
    for path in root.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        inner = str(path)[len(str(root)) :]
        content = path.read_bytes()
        # Not in programs: a library may carry the published keys of its self-tests (GnuTLS does).
        if not content.startswith(b"\x7fELF") and _private_keys(content):
            keys.append(inner)
        if _SUSPECTS.search(inner):
            names.append(inner)
        if path.stat().st_mode & 0o6000:
            set_id.append(inner)
    checks.that("no file of it holds a private key", not keys, str(keys))
    checks.that("no file of it has the name of a secret", not names, str(names))
    checks.say(f"programs with set-user-id or set-group-id: {', '.join(set_id) or 'none'}")
    machine_id = root / "etc/machine-id"
    checks.that("it has no machine id of its own", not machine_id.exists() or not machine_id.read_text().strip())
    shadow = (root / "etc/shadow").read_text()
    valid = [line.split(":")[0] for line in shadow.splitlines() if line.split(":")[1][:1] not in ("!", "*")]
    checks.that("it has no default password", not valid, str(valid))
    softhsm = [path.name for path in root.rglob("*softhsm*")]
    checks.that("it has no token in software", not softhsm, str(softhsm))
    for program in ("sshd", "dropbear", "telnetd"):
        found = [folder for folder in ("usr/sbin", "usr/bin") if (root / folder / program).exists()]
        checks.that(f"it has no {program}", not found, str(found))


def _private_keys(content: bytes) -> set[bytes]:
    return {found.replace(b"\n", b"")[:64] for found in _PRIVATE_KEY.findall(content)} - _PUBLISHED
