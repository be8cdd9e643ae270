/**
 * The engine by itself: a residual network learns to tell drawn digits apart. Run it with `node examples/engine.ts`.
 * In a project of your own write `from 'pneumoscope/engine'`.
 */
import * as nn from '../src/engine/index.ts';

// The digits 0 to 9, 4 x 6 pixels each: one hexadecimal figure a row.
const digits = ['699996', '262227', '69124f', 'e1611e', '26af22', 'f8e11e', '68e996', 'f12244', '696996', '699716'];
const side = 12;

/** Digits at random places, under noise. */
function draw(count: number, seed: number): nn.LabelledArrays {
  const random = new nn.RandomGenerator(seed);
  const labels = Array.from({ length: count }, () => random.integer(10));
  const images = labels.flatMap((label) => {
    const [left, top] = [random.integer(side - 3), random.integer(side - 5)];
    return Array.from({ length: side * side }, (_, at) => {
      const row = parseInt(digits[label]?.[Math.floor(at / side) - top] ?? '0', 16);
      const ink = (row >> (left + 3 - (at % side))) & 1;
      return ink + random.uniform(-0.4, 0.4);
    });
  });
  return { images: Float32Array.from(images), labels };
}

const relu = nn.activation('relu');
const convolution = nn.sequence([nn.conv2d(16, 3, { padding: 'same' }), nn.batchNormalization({ momentum: 0.9 })]);
const block = nn.sequence([nn.residual(nn.sequence([convolution, relu, convolution])), relu]);
const network: nn.NetworkDescription = {
  name: 'digits',
  inputShape: [1, side, side],
  layers: nn.sequence([convolution, relu, nn.maxPooling2d(2), block, block, nn.globalAveragePooling2d(), nn.dense(10)]),
};
await using trainer = new nn.Trainer(network, { optimizer: nn.adam({ learningRate: 0.005 }), seed: 1 });
await trainer.fit(nn.batchArrays(draw(3000, 1)), {
  epochs: 4,
  schedule: { name: 'cosine', warmup: 0.5, final: 0.01 },
  onEpoch: ({ epoch, loss }) => console.log(`epoch ${epoch}: loss ${loss.toFixed(3)}`),
});
const unseen = draw(500, 2);
console.log(`accuracy on unseen digits: ${(await trainer.evaluate(nn.batchArrays(unseen))).accuracy}`);

await trainer.save('digits.onnx');
await using loaded = await nn.loadNetwork('digits.onnx');
const logits = await loaded.predict(unseen.images.subarray(0, side * side));
console.log(`from the file: the first one is a ${logits.indexOf(Math.max(...logits))}, drawn was ${unseen.labels[0]}`);
