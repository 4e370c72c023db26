import { describe, expect, it } from 'vitest';
import {
  isPublicAddress,
  whyNotAsked,
  withoutCredentials,
} from '../../../src/imaging/public-hosts';

describe('an address on the web', () => {
  it.each([
    'https://images.example/a.nii.gz',
    'https://images.example.:8443/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://[::ffff:8.8.8.8]/',
    'https://localhost.example/',
  ])('may be asked: %s', (url) => {
    expect(whyNotAsked(url)).toBeUndefined();
  });

  it.each([
    ...['127.0.0.1', '127.1', '0x7f.1', '2130706433', '017700000001', '127.0.0.1.', '①②⑦.0.0.1'],
    ...['[::1]', '[::]', '[::127.0.0.1]', '[::ffff:127.0.0.1]', '[::ffff:a00:1]', '0.0.0.0'],
    ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.169.254'],
    ...['[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[fec0::1]', '[2002:7f00:1::]'],
    ...['[64:ff9b::127.0.0.1]', '[64:ff9b::10.0.0.1]', '224.0.0.1', '255.255.255.255'],
    ...['localhost', 'LOCALHOST.', 'a.localhost', 'printer.local', 'db.internal', 'a.home.arpa'],
    'router',
  ])('is not asked where it is of this machine or network: %s', (host) => {
    expect(whyNotAsked(`https://${host}/a.nii.gz`)).toContain('is not on the public network');
  });

  it.each([
    ['http://images.example/', 'not https'],
    ['ftp://images.example/', 'not https'],
    ['https://name@images.example/', 'a name or a password'],
    ['https://:secret@images.example/', 'a name or a password'],
    ['images.example', 'no address'],
  ])('is not asked: %s', (url, reason) => {
    expect(whyNotAsked(url)).toContain(reason);
  });
});

it('an address that a name stands for is judged as one that is written', () => {
  expect(isPublicAddress('8.8.8.8')).toBe(true);
  expect(isPublicAddress('64:ff9b::808:808')).toBe(true);
  for (const address of [
    '127.0.0.1',
    '::1',
    '::ffff:10.0.0.1',
    'fd00::1',
    '100.100.100.200',
    'x',
  ]) {
    expect(isPublicAddress(address), address).toBe(false);
  }
});

it('names and passwords are left out of what quotes an address', () => {
  const text = 'HTTPS://me:se:cret@a.example/x and https://p@ss@b.example, not me@c.example';
  expect(withoutCredentials(text)).toBe(
    'HTTPS://…@a.example/x and https://…@b.example, not me@c.example',
  );
});
