// The elements of the page that signs: what is asked above, the player of the viewer below.

import { playerBody, withoutScript } from '../viewer/body.js'

const tokenForm = `<form id="token-form" class="ask" aria-label="Token" hidden>
  <div class="row">
    <label class="grow" for="token">Token of this service <input id="token" type="password" required autocomplete="current-password"></label>
    <button type="submit" class="primary">Use</button>
  </div>
</form>
`

const toService =
  'They stay on your machine; only what you ask, and a motion that you have translated, goes to the service that this page is from.'

/** @param served whether a service hosts the page, to which what is asked goes */
export const signingBody = (served: boolean): string => `${served ? tokenForm : ''}<form id="ask" class="ask" aria-label="What to sign">
  <div class="row wide">
    <label class="grow" for="text"><span id="text-label">Sentence</span>
      <textarea id="text" rows="1" required maxlength="2000" autocomplete="off" spellcheck="false" aria-describedby="reading"></textarea>
    </label>
  </div>
  <div class="row">
    <label id="kind-choice" hidden>Read as
      <select id="kind"><option value="sign">a sentence</option><option value="prompt">a prompt</option></select>
    </label>
    <label>Language <select id="ask-language" disabled></select></label>
    <label>Model <select id="model"></select></label>
    <button id="sign" type="submit" class="primary" disabled>Sign</button>
    <button id="stop" type="button" hidden>Stop</button>
  </div>
  <p id="status" class="status" role="status" aria-live="polite"></p>
  <progress id="loading" hidden aria-label="Loading the model"></progress>
  <p id="reading" class="reading" hidden></p>
</form>
<div id="player" hidden>
${playerBody}
<section class="files" aria-label="This motion">
  <div class="row"><span id="files-label">Download</span>
    <span class="row" role="group" aria-labelledby="files-label" id="downloads"></span>
  </div>
  <div class="row">
    <label>Compare with <select id="against"><option value="">nothing</option></select></label>
    <button id="translate" type="button" hidden>Translate</button>
    <output id="translation" for="translate"></output>
  </div>
</section>
</div>
<section class="open" aria-label="Open files">
  <label class="file">Open a motion (.pose, .skels) or a model (.signllm)
    <input id="open" type="file" multiple accept=".pose,.skels,.signllm,.safetensors">
  </label>
  <p class="hint">Or drop files anywhere on this page. ${served ? toService : 'They stay on your machine: nothing is sent anywhere.'}</p>
</section>
${withoutScript}`
