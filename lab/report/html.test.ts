import { describe, expect, it } from 'vitest'
import { escapeHtml, html, scriptJson } from './html.ts'

describe('html', () => {
  it('escapes every text that is put in', () => {
    const name = `<img src=x onerror="alert('1')">&`
    expect(html`<p title="${name}">${name}</p>`.text).toBe(
      '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">' +
        '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</p>',
    )
  })

  it('leaves alone what another template made, in lists too', () => {
    expect(html`<ul>${['a<', 'b'].map(text => html`<li>${text}</li>`)}</ul>`.text).toBe(
      '<ul><li>a&lt;</li><li>b</li></ul>',
    )
  })

  it('writes nothing for undefined and false, and 0 for 0', () => {
    expect(html`${undefined}${false}${0}`.text).toBe('0')
  })

  it('escapes text that already looks escaped', () => {
    expect(escapeHtml('&lt;')).toBe('&amp;lt;')
  })
})

describe('JSON inside a script element', () => {
  it('cannot end the element or open a comment, and reads back as it was', () => {
    const hostile = { '</script>': '</SCRIPT><!-- <script>\u2028\u2029&' }
    const { text } = scriptJson(hostile)
    expect(text).not.toMatch(/[<>&\u2028\u2029]/)
    expect(JSON.parse(text)).toEqual(hostile)
  })
})
