import { storedOf } from '../../../networks/files/network-value';
import { packNetwork } from '../../../networks/files/pack-network';
import { networkParts } from '../../../networks/files/save-network';
import type { FileWriter } from './file-writer';

/** A network that has learned: what TensorFlow.js writes, and its card, in one zip. */
export const networkZip = {
  format: 'network-zip',
  of: 'network',
  endings: ['.zip'],
  isIn: ({ weights }) => weights !== undefined,
  write(network, { words }) {
    const stored = storedOf(network, { licence: 'not stated', ...words });
    return stored && packNetwork(networkParts(stored));
  },
} as const satisfies FileWriter<'network'>;
