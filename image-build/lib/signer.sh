# shellcheck shell=bash disable=SC2034
# The signer for development: a token of SoftHSM with one P-256 key, and a CA that exists only to sign its certificate; and
# the repository of releases for development, with further keys in the same token.
# It signs bundles of images that trust it, and nothing else; a release has a signer of its own. Sourced by build.

# development_signer FOLDER: makes the signer there, once, and sets SEALPOST_SIGN_*.
development_signer() {
  local folder=$1 module
  module=$(find_softhsm) || die "the signer for development needs SoftHSM: sudo apt-get install softhsm2"
  mkdir -p "$folder/tokens"
  chmod 700 "$folder"
  printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$folder/tokens" >"$folder/softhsm2.conf"
  export SOFTHSM2_CONF=$folder/softhsm2.conf
  [ -s "$folder/signer.pem" ] || (make_development_signer "$folder" "$module") >"$folder/log" 2>&1 || {
    tail -n 5 "$folder/log" >&2
    die "the signer for development could not be made; the log is $folder/log"
  }
  SEALPOST_SIGN_MODULE=$module
  SEALPOST_SIGN_PIN_FILE=$folder/pin
  SEALPOST_SIGN_KEY='pkcs11:token=sealpost-development;object=signer'
  SEALPOST_SIGN_CERT=$folder/signer.pem
  SEALPOST_SIGN_KEYRING=$folder/ca.pem
}

# development_updates FOLDER: makes a repository of releases there, once, with its keys in the signer's token, and sets
# SEALPOST_UPDATE_ROOT. Its root keys lie beside it, and so does their passphrase: it is worth nothing.
development_updates() {
  local folder=$1
  # A repository is as old as the token that signs it.
  if [ ! -s "$folder/metadata/1.root.json" ] || [ "$SEALPOST_SIGN_CERT" -nt "$folder/metadata/1.root.json" ]; then
    rm -rf "$folder" "$folder-root-keys"
    (
      umask 077
      openssl rand -hex 16 >"$folder-passphrase"
    )
    "$root/ota/sealpost-release" init "$folder" --board "$name" --root-keys 3 --threshold 2 --expires root=3650d \
      --module "$SEALPOST_SIGN_MODULE" --token sealpost-development --pin-file "$SEALPOST_SIGN_PIN_FILE" \
      --passphrase-file "$folder-passphrase" --root-folder "$folder-root-keys" >"$work/updates.log" 2>&1 || {
      tail -n 5 "$work/updates.log" >&2
      die "the repository of releases for development could not be made; the log is $work/updates.log"
    }
  fi
  SEALPOST_UPDATE_ROOT=$folder/metadata/1.root.json
}

make_development_signer() {
  local folder=$1 module=$2 pin
  set -e
  umask 077
  rm -rf "$folder"/tokens/*
  pin=$(openssl rand -hex 8)
  printf %s "$pin" >"$folder/pin"
  softhsm2-util --init-token --free --label sealpost-development --so-pin "$(openssl rand -hex 8)" --pin "$pin"
  pkcs11-tool --module "$module" --token-label sealpost-development --login --pin "$pin" --keypairgen --key-type EC:prime256v1 \
    --label signer --id 01
  pkcs11-tool --module "$module" --token-label sealpost-development --read-object --type pubkey --label signer \
    --output-file "$folder/signer.der"
  openssl ec -pubin -inform DER -in "$folder/signer.der" -pubout -out "$folder/signer.pub"

  openssl ecparam -name prime256v1 -genkey -noout -out "$folder/ca.key"
  openssl req -x509 -new -key "$folder/ca.key" -sha256 -days 7300 -subj '/CN=Sealpost development: updates' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' -out "$folder/ca.pem"
  # The request is signed by a key that nobody needs: only the public key of the token's goes into the certificate.
  openssl ecparam -name prime256v1 -genkey -noout -out "$folder/request.key"
  openssl req -new -key "$folder/request.key" -subj '/CN=Sealpost development: signer of bundles' -out "$folder/request.pem"
  printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,codeSigning\n' >"$folder/extensions"
  openssl x509 -req -in "$folder/request.pem" -force_pubkey "$folder/signer.pub" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" \
    -set_serial 0x"$(openssl rand -hex 8)" -days 3650 -sha256 -extfile "$folder/extensions" -out "$folder/signer.new"
  # The CA signs once: a second signer has a second CA.
  rm "$folder/ca.key" "$folder/request.key" "$folder/request.pem" "$folder/signer.der" "$folder/signer.pub" "$folder/extensions"
  mv "$folder/signer.new" "$folder/signer.pem"
}
