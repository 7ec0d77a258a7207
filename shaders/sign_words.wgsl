// sign_words: the codes of clips as words, each clip from its beginning always the longest that there is (as signWordsOf does, src/text/sign_words).
//
// Tokens of one code one after another are one character, that code; of more than `longest` tokens the first one is that character and the others together are
// the character of slowness, `count`. Words are characters in a row, and every character is a word.
//
//   spans[b, t]   = (word of token t, first token of word t)    `length` and the clip's length past the last
//   weight[b, t]  = 1 / (characters of its word · tokens of its character), 0 in slowness and past a clip's length
//   slowShare[b, w] = slow characters / characters of word w;   share[b, w] = 1 / (batch · wordLengths[b]);   both 0 past the last word
//
// index       : [batch, length] u32, a code of each token; past a clip's length it is not read
// lengths     : [batch] u32, each at most `length`; more counts as `length`
// trie        : [nodes] of (character, first child, next sibling, whether it is a word's last character); 0 is no node. Node 0 is the root, whose child
//               of character c is node 1 + c
// spans       : [batch, length + 1] of two u32; weight, slowShare, share : [batch, length] f32; wordLengths : [batch] u32
// One lane owns one clip: where a word begins is where the one before it ends.

const WG = 64u;

struct Params { batch: u32, length: u32, count: u32, longest: u32 }

@group(0) @binding(0) var<storage, read> index: array<u32>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read> trie: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> spans: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> weight: array<f32>;
@group(0) @binding(5) var<storage, read_write> slowShare: array<f32>;
@group(0) @binding(6) var<storage, read_write> share: array<f32>;
@group(0) @binding(7) var<storage, read_write> wordLengths: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

// The character that begins at token t of the tokens from row on, of which there are n: which, and where it ends.
fn characterAt(row: u32, t: u32, n: u32) -> vec2u {
  let code = index[row + t];
  var end = t + 1u;
  for (; end < n; end++) {
    if (index[row + end] != code) { break; }
  }
  if (t > 0u) {
    if (index[row + t - 1u] == code) { return vec2u(params.count, end); }
  }
  return vec2u(min(code, params.count), select(end, t + 1u, end - t > params.longest));
}

fn childOf(node: u32, character: u32) -> u32 {
  if (node == 0u) { return 1u + character; }
  var child = trie[node].y;
  for (; child != 0u; child = trie[child].z) {
    if (trie[child].x == character) { break; }
  }
  return child;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let b = (group.y * groups.x + group.x) * WG + lane;
  if (b >= params.batch) {
    return;
  }
  let row = b * params.length;
  let spanRow = b * (params.length + 1u);
  let n = min(lengths[b], params.length);
  var words = 0u;
  for (var first = 0u; first < n;) {
    // 1. The longest word that begins here: a character at least.
    var end = first;
    var characters = 0u;
    var node = 0u;
    var walked = 0u;
    for (var t = first; t < n;) {
      let character = characterAt(row, t, n);
      node = childOf(node, character.x);
      if (node == 0u) { break; }
      t = character.y;
      walked++;
      if (walked == 1u || trie[node].w == 1u) {
        end = t;
        characters = walked;
      }
    }

    // 2. What each of its tokens counts.
    var slow = 0u;
    for (var t = first; t < end;) {
      let character = characterAt(row, t, n);
      let isSlow = character.x == params.count;
      let each = select(1.0 / f32(characters * (character.y - t)), 0.0, isSlow);
      slow += select(0u, 1u, isSlow);
      for (; t < character.y; t++) {
        spans[spanRow + t].x = words;
        weight[row + t] = each;
      }
    }
    spans[spanRow + words].y = first;
    slowShare[row + words] = f32(slow) / f32(characters);
    words++;
    first = end;
  }

  let each = 1.0 / f32(params.batch * max(words, 1u));
  for (var w = 0u; w < params.length; w++) {
    share[row + w] = select(0.0, each, w < words);
    if (w >= words) { slowShare[row + w] = 0.0; }
    if (w >= n) { weight[row + w] = 0.0; }
  }
  for (var t = n; t <= params.length; t++) { spans[spanRow + t].x = params.length; }
  for (var w = words; w <= params.length; w++) { spans[spanRow + w].y = n; }
  wordLengths[b] = words;
}
