import ipaddr from 'ipaddr.js';

/** Names that are never on the public network: RFC 6761, RFC 6762, RFC 8375, and ICANN's `internal`. */
const privateNames = ['localhost', 'local', 'internal', 'home.arpa'];

/**
 * Whether an IP address, without brackets, is one of the public network: no loopback, link-local, private,
 * shared (RFC 6598), unique-local, reserved or multicast address, in whatever form one is embedded in
 * another. False for what is no address.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === 'unicast';
  // Behind NAT64 (RFC 6052) the last 32 bits are the address that is meant.
  if (parsed.range() === 'rfc6052') {
    return isPublicAddress(parsed.toByteArray().slice(12).join('.'));
  }
  // Global unicast addresses are within 2000::/3 (RFC 4291, 2.4).
  return parsed.range() === 'unicast' && ((parsed.parts[0] ?? 0) & 0xe000) === 0x2000;
}

/**
 * Why an address on the web is not asked, in words that complete "it is not asked, because …"; undefined
 * where it may be. Names are not looked up here.
 * @param url as a recipe or a server gives it, in whatever spelling
 */
export function whyNotAsked(url: string): string | undefined {
  if (!URL.canParse(url)) return 'it is no address';
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== 'https:') return 'it is not https';
  if (username !== '' || password !== '') return 'it holds a name or a password';
  // URL has already made numbers of odd spellings: 2130706433 and 0x7f.1 are 127.0.0.1 now.
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const isPublic = ipaddr.isValid(host) ? isPublicAddress(host) : isPublicName(host);
  return isPublic ? undefined : `${host} is not on the public network`;
}

function isPublicName(host: string): boolean {
  return (
    host.includes('.') && !privateNames.some((name) => host === name || host.endsWith(`.${name}`))
  );
}

/** A text that may quote addresses, without the names and passwords in them. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"]*@/gi, '$1…@');
}
