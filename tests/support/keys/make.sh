#!/bin/sh
# Makes the files of this folder afresh, with OpenSSL 3 and a JDK's keytool. Nobody uses their keys.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
rm -f ./*.pem ./*.p12
trap 'rm -rf "$work"' EXIT
days='-days 36500'

# certificate NAME KEY-OPTIONS… -- REQ-OPTIONS…: $work/NAME.key and NAME.pem
certificate() {
  name=$1; shift
  key=''
  while [ "$1" != -- ]; do key="$key $1"; shift; done
  shift
  # shellcheck disable=SC2086
  openssl genpkey $key -out "$work/$name.key" 2>/dev/null
  openssl req -x509 -new -key "$work/$name.key" -subj "/CN=$name" "$@" -out "$name.pem" 2>/dev/null
}
rsa='-algorithm RSA -pkeyopt rsa_keygen_bits:2048'

certificate rsa $rsa -- $days -sha256
certificate rsa-successor $rsa -- $days -sha512
certificate p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -- $days -sha256
certificate p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -- $days -sha384
certificate p521 -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -- $days -sha512
certificate ed25519 -algorithm ED25519 -- $days
certificate pss-sha256 $rsa -- $days -sha256 -sigopt rsa_padding_mode:pss
certificate pss-sha1 $rsa -- $days -sha1 -sigopt rsa_padding_mode:pss
certificate sha1 $rsa -- $days -sha1
certificate md5 $rsa -- $days -md5
certificate rsa-1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -- $days -sha256
certificate rsa-exponent-3 $rsa -pkeyopt rsa_keygen_pubexp:3 -- $days -sha256
certificate rsa-pss-key -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -- $days -sha256
certificate secp256k1 -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -- $days -sha256
certificate brainpool -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1 -- $days -sha256
certificate ed448 -algorithm ED448 -- $days
certificate ciphers-only $rsa -- $days -sha256 -addext keyUsage=critical,keyEncipherment
certificate signs -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -- $days -sha256 -addext keyUsage=critical,digitalSignature

# Valid in 2030 and at no other time.
keytool -genkeypair -keystore "$work/year.p12" -storepass throwaway -alias year -keyalg RSA -keysize 2048 -dname CN=year -startdate '2030/01/01 00:00:00' -validity 365 2>/dev/null
keytool -exportcert -rfc -keystore "$work/year.p12" -storepass throwaway -alias year 2>/dev/null > year.pem

# An authority and what it issued.
certificate authority -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -- $days -sha256
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/issued.key"
openssl req -new -key "$work/issued.key" -subj /CN=issued | openssl x509 -req -CA authority.pem -CAkey "$work/authority.key" $days -sha256 -out issued.pem 2>/dev/null

# Bare keys.
openssl x509 -in rsa.pem -pubkey -noout > rsa-public.pem
openssl rsa -pubin -in rsa-public.pem -RSAPublicKey_out -out rsa-pkcs1.pem 2>/dev/null

# Keystores. The password of all is `Schlüssel-16`, but for those of plain ASCII.
keystore() {
  file=$1; shift
  openssl pkcs12 -export -in rsa.pem -out "$file.p12" "$@"
}
with_key="-inkey $work/rsa.key"
# shellcheck disable=SC2086
keystore modern $with_key -name acme-signing -passout pass:Schlüssel-16
# shellcheck disable=SC2086
keystore legacy $with_key -name acme-signing -passout pass:Schlüssel-16 -legacy
keystore legacy-rc2-128 -nokeys -caname acme-signing -passout pass:throwaway -legacy -certpbe PBE-SHA1-RC2-128
keystore legacy-3des -nokeys -caname acme-signing -passout pass:throwaway -certpbe PBE-SHA1-3DES -macalg sha1
keystore aes-128 -nokeys -caname acme-signing -passout pass:throwaway -certpbe AES-128-CBC -macalg sha512
keystore plain -nokeys -caname acme-signing -passout pass: -certpbe NONE
keystore without-mac -nokeys -caname acme-signing -passout pass:throwaway -nomac
keystore without-alias -nokeys -passout pass:throwaway
keystore rc4 -nokeys -caname acme-signing -passout pass:throwaway -legacy -certpbe PBE-SHA1-RC4-128
keystore iterations -nokeys -caname acme-signing -passout pass:throwaway -iter 2000000
openssl pkcs12 -export -nokeys -in rsa.pem -certfile rsa-successor.pem -caname acme-signing -caname acme-signing -passout pass:throwaway -out same-alias.p12
openssl pkcs12 -export -inkey "$work/issued.key" -in issued.pem -certfile authority.pem -name acme-signing -passout pass:throwaway -out with-chain.p12
# Java's, of certificates alone: several, each by its alias.
for each in rsa p256; do
  keytool -importcert -noprompt -keystore java.p12 -storetype PKCS12 -storepass throwaway -alias "$each" -file "$each.pem" 2>/dev/null
done
keytool -importcert -noprompt -J-Dkeystore.pkcs12.legacy -keystore java-legacy.p12 -storetype PKCS12 -storepass throwaway -alias rsa -file rsa.pem 2>/dev/null
chmod 644 ./*.p12
