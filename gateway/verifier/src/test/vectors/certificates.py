"""A test CA, its issuer, and sealing certificates good and bad (formats.md §9)."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from primitives import EcKey, sha256
from scenario import ORIGIN, SEAL_KEY

SEALS_OF_SEALPOST = x509.ObjectIdentifier("2.25.178412227434185049071610493129589227301")

CA_KEY = EcKey("ca")
OTHER_CA_KEY = EcKey("another ca")
ISSUER_KEY = EcKey("issuer")

USAGES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
    "encipher_only decipher_only"
).split()


def year(number: int) -> datetime.datetime:
    return datetime.datetime(number, 1, 1, tzinfo=datetime.timezone.utc)


def certificate(subject, key, issuer, issuer_key, extensions, until=2090) -> bytes:
    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    serial = int.from_bytes(sha256(f"{subject} {issuer} {until} {extensions}".encode())[:8]) >> 1
    builder = x509.CertificateBuilder(name(issuer), name(subject), key.private.public_key(), serial, year(2020), year(until))
    identifiers = [
        (x509.SubjectKeyIdentifier.from_public_key(key.private.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.private.public_key()), False),
    ]
    for extension, critical in [*identifiers, *extensions]:
        builder = builder.add_extension(extension, critical)
    signed = builder.sign(issuer_key.private, hashes.SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(serialization.Encoding.DER)


def key_usage(*wanted: str):
    return x509.KeyUsage(**{usage: usage in wanted for usage in USAGES}), True


def authority(subject, key, issuer, issuer_key) -> bytes:
    return certificate(subject, key, issuer, issuer_key, [(x509.BasicConstraints(True, None), True), key_usage("key_cert_sign", "crl_sign")])


CA = authority("Sealpost test CA", CA_KEY, "Sealpost test CA", CA_KEY)
OTHER_CA = authority("Another test CA", OTHER_CA_KEY, "Another test CA", OTHER_CA_KEY)
ISSUER = authority("Sealpost test issuer", ISSUER_KEY, "Sealpost test CA", CA_KEY)


def sealing(origin=ORIGIN, usage=SEALS_OF_SEALPOST, key=SEAL_KEY, bits="digital_signature", until=2090) -> bytes:
    """A sealing certificate as §9 wants it, but for what is given otherwise."""
    extensions = [(x509.BasicConstraints(False, None), True), key_usage(bits)]
    if usage:
        extensions.append((x509.ExtendedKeyUsage([usage]), False))
    if origin:
        extensions.append((x509.SubjectAlternativeName([x509.UniformResourceIdentifier("sealpost:" + origin)]), False))
    return certificate("box 7", key, "Sealpost test issuer", ISSUER_KEY, extensions, until)


SEALING = sealing()

# Each of them is a certificate of the trusted CA, and yet says nothing about this box's seals.
USELESS = {
    "certificate-of-another-key": sealing(key=EcKey("seal of another box")),
    "certificate-of-another-origin": sealing(origin="demo-port/00000000"),
    "certificate-without-origin": sealing(origin=None),
    "certificate-for-tls-servers": sealing(usage=ExtendedKeyUsageOID.SERVER_AUTH),
    "certificate-without-extended-usage": sealing(usage=None),
    "certificate-without-digital-signature": sealing(bits="key_agreement"),
    "certificate-expired-before-the-seal": sealing(until=2021),
}
