import { describe, expect, it } from 'vitest'
import { tokenise } from './tokenise.js'
import { uncutWriting } from './word_boundaries.js'

const wordsOf = (sentences: readonly string[]) => sentences.flatMap((text) => tokenise(text, 'words'))

describe('uncutWriting', () => {
  it.each([
    ['Chinese', ['今天会下雨', '我在学校吃苹果'], 'Chinese or Japanese', '我在学校吃苹果'],
    ['short Chinese', ['下雨了', '下雪了'], 'Chinese or Japanese', '下雨了'],
    ['Chinese among English', ['today 今天会下雨 rain', 'rain and snow, 明天下雪'], 'Chinese or Japanese', '今天会下雨'],
    ['Japanese', ['今日は雨が降ります', 'テストです'], 'Chinese or Japanese', '今日は雨が降ります'],
    ['Thai', ['ฝนตกวันนี้', 'ฉันไปโรงเรียน'], 'Thai or Lao', 'ฉันไปโรงเรียน'],
    ['Lao', ['ມື້ນີ້ຝົນຕົກ', 'ຂ້ອຍໄປໂຮງຮຽນ'], 'Thai or Lao', 'ຂ້ອຍໄປໂຮງຮຽນ'],
    ['Khmer', ['ថ្ងៃនេះមានភ្លៀង', 'ខ្ញុំទៅសាលារៀន'], 'Khmer or Burmese', 'ថ្ងៃនេះមានភ្លៀង'],
    ['Burmese', ['ဒီနေ့မိုးရွာမယ်', 'ကျွန်တော်ကျောင်းသွားတယ်'], 'Khmer or Burmese', 'ကျွန်တော်ကျောင်းသွားတယ်'],
  ])('sees %s without spaces', (_, sentences, writing, word) => {
    expect(uncutWriting(wordsOf(sentences))).toEqual({ writing, word })
  })

  it.each([
    ['Chinese, cut', ['今天 会 下雨', '我 在 学校 吃 苹果']],
    ['Chinese words', ['下雨', '苹果', '学校', '图书馆']],
    ['Japanese, cut', ['今日 は 雨 が 降り ます', 'これ は インターネット です']],
    ['katakana', ['インターネット', 'コンピューター']],
    ['Thai by zero-width spaces', ['ฝน\u200Bตก\u200Bวันนี้', 'ฉัน\u200Bไป\u200Bโรงเรียน']],
    ['Khmer, cut', ['ថ្ងៃ នេះ មាន ភ្លៀង', 'ខ្ញុំ ទៅ សាលា រៀន']],
    ['a name in a long English text', [...Array<string>(40).fill('the rain comes today'), '中华人民共和国']],
    ['Korean and German', ['안녕하세요 세계', 'Donaudampfschifffahrtsgesellschaft']],
    ['nothing', []],
  ])('has nothing against %s', (_, sentences) => expect(uncutWriting(wordsOf(sentences))).toBeUndefined())
})
