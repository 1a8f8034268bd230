/**
 * Rewrites a cell before tslab 1.0.22 sees it, so that three ordinary ways of writing work in it:
 *   { rows }               rows of an earlier cell   → { rows: rows }
 *   await (expression)     outside of any function   → await Promise.resolve((expression))
 *   for await (… of …) {}  outside of any function   → the same inside an awaited async function
 * Lines stay where they are, so errors keep their line.
 */
const ts = require('@tslab/typescript-for-tslab')

// Inside an async function `await` is a keyword; the head is on the cell's own first line.
const HEAD = 'async()=>{'

exports.rewriteCell = function rewriteCell(source) {
  const file = ts.createSourceFile(
    'cell.ts',
    `${HEAD}${source}\n}`,
    ts.ScriptTarget.Latest,
    true,
    ts.ScriptKind.TS,
  )
  const body = file.statements[0]?.expression
  if (body === undefined) return source
  const insertions = []
  const insert = (at, text) => insertions.push({ at: at - HEAD.length, text })
  visit(body, true)
  insertions.sort((a, b) => b.at - a.at)
  return insertions.reduce((text, { at, text: piece }) => text.slice(0, at) + piece + text.slice(at), source)

  function visit(node, outside) {
    if (ts.isShorthandPropertyAssignment(node) && !isPattern(node.parent))
      insert(node.getStart(), `${node.name.text}: `)
    if (outside && ts.isAwaitExpression(node) && ts.isParenthesizedExpression(node.expression)) {
      insert(node.expression.getStart(), 'Promise.resolve(')
      insert(node.expression.end, ')')
    }
    let inner = outside && (node === body || !ts.isFunctionLike(node))
    if (inner && ts.isForOfStatement(node) && node.awaitModifier !== undefined) {
      insert(node.getStart(), 'await Promise.resolve((async () => { ')
      insert(node.end, ' })());')
      inner = false
    }
    ts.forEachChild(node, child => visit(child, inner))
  }
}

/** An object literal that is assigned to: `({ a } = b)`, `[{ a }] = b`, `for ({ a } of b)`. */
function isPattern(literal) {
  let node = literal
  for (let parent = node.parent; parent !== undefined; node = parent, parent = parent.parent) {
    if (ts.isBinaryExpression(parent))
      return parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
    if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) return parent.initializer === node
    const nests =
      ts.isObjectLiteralExpression(parent) ||
      ts.isArrayLiteralExpression(parent) ||
      ts.isPropertyAssignment(parent)
    if (!nests) return false
  }
  return false
}
