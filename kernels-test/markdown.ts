// What a reader would copy out of a page: its commands, its examples and its links.

/** The contents of the fenced blocks of one language, in their order. */
export function blocksOf(page: string, language: string): string[] {
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, tag]) => tag === language).map(([, , content]) => content!)
}

/** The commands of a page's `sh` blocks, one a line or between `&&`, each cut into words as a shell would; comments are left out. */
export function commandsOf(page: string): string[][] {
  return blocksOf(page, 'sh')
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .flatMap((line) => line.replace(/(^|\s)#.*$/, '').split('&&'))
    .map(wordsOf)
    .filter((words) => words.length > 0)
}

function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare!)
}

/** Where a page's links and pictures lead within the repository. */
export function linksOf(page: string): string[] {
  return [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!).filter((target) => !/^(https?:|#)/.test(target))
}
