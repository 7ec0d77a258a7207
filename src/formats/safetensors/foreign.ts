// Files that are taken for safetensors, told by how they begin.

const CONVERT =
  "Convert it with Python: import torch, safetensors.torch as st; s = torch.load('in.ckpt', map_location='cpu'); " +
  "st.save_file({k: v.clone() for k, v in s.get('model_state', s).items()}, 'out.safetensors')"

const EXPORT = 'Export the weights as safetensors'

/** How files begin, in small letters, what they are, and what to do with them. */
const KINDS: readonly (readonly [starts: readonly string[], what: string, nextMove: string])[] = [
  [['pk\x03\x04'], 'a zip archive, as torch.save writes .pt, .pth and .ckpt', CONVERT],
  [['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'], 'a Python pickle, as older versions of torch.save write', CONVERT],
  [['{', '['], 'JSON', 'Name the .safetensors file itself'],
  [['version '], 'a Git LFS pointer in the place of the file', 'Fetch the file itself: git lfs pull'],
  [['<!doctyp', '<html', '<?xml'], 'a web page', 'Download the file itself, signed in where that is needed'],
  [['\x1f\x8b'], 'a gzip archive', 'Unpack it first'],
  [['\x89hdf'], 'HDF5', EXPORT],
  [['\x93numpy'], 'a numpy array', EXPORT],
  [['gguf'], 'GGUF', EXPORT],
]

/** What a file is that is no safetensors and begins with these bytes, and what to do with it; undefined for what nobody knows. */
export function foreignFile(start: Uint8Array): { readonly what: string; readonly nextMove: string } | undefined {
  const text = String.fromCharCode(...start.subarray(0, 8))
    .trimStart()
    .toLowerCase()
  const kind = KINDS.find(([starts]) => starts.some((begin) => text.startsWith(begin)))
  return kind && { what: kind[1], nextMove: kind[2] }
}
