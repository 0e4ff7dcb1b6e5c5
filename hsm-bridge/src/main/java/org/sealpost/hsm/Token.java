package org.sealpost.hsm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A token that signs, and that comes back by itself after it went away.
///
/// Safe for use by any number of threads. What finds, makes, lists and removes keys and
/// certificates talks to the token and may block for up to 30 seconds, and five minutes where a key
/// is made, so it does not belong on an event loop; [SigningKey#sign], [#health] and [#description]
/// never block.
public interface Token extends AutoCloseable {

    /// The key of this name, once it passed its self-test: exactly one private key by label and id, kind as asked,
    /// SENSITIVE, not EXTRACTABLE, its public key the pinned one, and a signature over a random challenge that an
    /// independent implementation accepts. The same test is repeated whenever the token had to be opened anew.
    ///
    /// If the token is away and the spec is pinned, the key is returned untested: it fails each call with
    /// [TokenSetback] until the token is there and the test is passed, so a gateway can start without its HSM.
    ///
    /// @throws KeyRefused if the test fails; it says which attribute
    /// @throws TokenSetback if the token is away and no public key is pinned
    SigningKey key(KeySpec spec);

    /// Makes a key pair in the token (private key SENSITIVE, not EXTRACTABLE) and returns it tested and pinned.
    /// Not to be repeated blindly: after a [TokenSetback] the pair may exist; [#key] tells.
    ///
    /// @throws KeyRefused if the name is taken, if the token cannot make such a key, or if the one that it made
    ///     does not pass its test, and so is removed again
    /// @throws TokenSetback if the token is away
    SigningKey generate(String name, KeyKind kind);

    /// The keys in the token, whoever made them, in the order of their names: up to 1000, each with its certificates.
    /// None of them is tested by this; [#key] does that.
    ///
    /// @throws TokenSetback if the token is away
    List<ListedKey> keys();

    /// Removes a key for good: the private key first, then its certificates, then its public key. Whoever holds
    /// the [SigningKey] gets [KeyRefused] from now on.
    ///
    /// Returns once the private key is gone for certain: with the sentence that says why certificates or public
    /// key are still there, or empty if nothing is left. What is left can be removed by the same call, since
    /// the public key, which goes last, tells what belongs to it.
    ///
    /// @throws KeyRefused if not exactly one key has this name, this public key, and an id that no other key
    ///     has; or if the token keeps its private key, which signs as before then
    /// @throws TokenSetback if the token is away, so that it is not known whether the private key is gone; that
    ///     is found out when the token is opened again
    Optional<String> destroy(String name, byte[] spki);

    /// As [#destroy], for a key whose public key does not tell which it is: of several that have one name, or
    /// one that cannot be read.
    ///
    /// @param id its CKA_ID, not empty
    /// @throws KeyRefused if not exactly one key has this id, or that one has another name
    /// @throws TokenSetback as [#destroy]
    Optional<String> destroyById(String name, byte[] id);

    /// Keeps a certificate (X.509, DER, at most 16,384 bytes) of a key in the token, under the key's name and id.
    /// One that is there already is not stored again.
    ///
    /// @throws IllegalArgumentException if it is no certificate, or one of another public key
    /// @throws KeyRefused if no key, or more than one, has this name and public key; with the attribute
    ///     `CKO_CERTIFICATE` if the token keeps no certificates: keep it in a file then
    /// @throws TokenSetback if the token is away
    void storeCertificate(String name, byte[] spki, byte[] certificate);

    /// The certificates (DER) that the token keeps of a key, at most 32, in no order.
    ///
    /// @throws KeyRefused if no key, or more than one, has this name and public key
    /// @throws TokenSetback if the token is away
    List<byte[]> certificates(String name, byte[] spki);

    /// Changes the user PIN to that in the file `newPin`, which is left to the caller; the PIN file holds it then.
    /// Interrupted at any point, the next login settles which PIN is in force: docs/hsm.md.
    ///
    /// @throws PinRefused if the old PIN is still in force
    /// @throws TokenSetback if the token is away, or went away meanwhile, so that nobody knows
    void changePin(Path newPin);

    /// How the token is, why, and what a person can do about it.
    TokenHealth health();

    /// Waits until the first opening has an outcome, good or bad, at most for `patience`, and returns the
    /// health. What it says then is what the token is, not what it may still become: a start asks here before
    /// it decides.
    TokenHealth settle(Duration patience) throws InterruptedException;

    /// Manufacturer, model, serial and label as the token gave them when it was last opened.
    String description();

    /// Fails what waits, closes the sessions, and finalises the module if no other token uses it. Waits a few
    /// seconds at most, even if the module hangs. May be called twice.
    @Override
    void close();
}
