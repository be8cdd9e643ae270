/** TensorProto.DataType of onnx.proto3. */
import type { ElementType } from '../graph/types.ts';

export const dataTypes: { readonly [Type in ElementType]: number } = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};
