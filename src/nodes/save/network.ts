import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { fileNameParameter } from '../shared/file-name-parameter';

const text = (most: number) => z.string().max(most).default('');

export const saveNetwork = defineNode({
  type: 'save.network',
  version: 1,
  title: 'Save network',
  section: 'save',
  synonyms: ['write', 'export', 'weights', 'model', 'TensorFlow.js', 'download', 'checkpoint'],
  documentation: {
    summary: 'Writes a network that has learned: its weights, and a card that says what it is.',
    details: `One zip of three files: \`model.json\` and \`weights.bin\` as TensorFlow.js writes them, and \`card.json\`: the architecture and its settings, the size, spacing and intensities of the images
that it has learned from, on what, for how many steps, from which seed, by which recipe (the SHA-256 of its text), and how it did on pairs that it did not learn from. *Load network* reads it again, here or on another machine.

A network without a licence is one that nobody else knows whether they may use: say it.`,
  },
  params: z.object({
    name: fileNameParameter('network.zip', ['zip']),
    licence: text(200).meta({
      title: 'Licence',
      help: 'Under which others may use the weights, such as CC-BY-4.0; left empty, the card says that it is not stated.',
    }),
    notes: text(2000).meta({
      title: 'Notes',
      help: 'What whoever loads it should know.',
    }),
  }),
  inputs: { network: { type: 'network', doc: 'Network to write.' } },
  outputs: {},
  files: ({ name, licence, notes }) => [
    {
      name,
      port: 'network',
      format: 'network-zip',
      words: { ...(licence ? { licence } : {}), ...(notes ? { notes } : {}) },
    },
  ],
  lower(_, { network }, __, context) {
    if (network.weights) return {};
    return context.refuse({
      port: 'network',
      message: 'The network has not learned anything: there is nothing to write.',
      remedy: 'Wire it through Train.',
    });
  },
});
