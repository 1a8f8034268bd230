/**
 * Cholesky factor: the lower triangle L with L Lᵀ = A, row by row (Golub and Van Loan, Matrix Computations,
 * 4.2). Independent normals z become correlated ones as L z.
 * @param matrix n × n, symmetric; only its lower triangle is read
 * @returns n rows of n numbers; undefined where the matrix is not positive definite, which includes one whose
 *   last pivot is lost in rounding (below n × 2⁻⁵² of its diagonal)
 */
export function cholesky(matrix: readonly (readonly number[])[]): Float64Array[] | undefined {
  const size = matrix.length
  const factor = Array.from({ length: size }, () => new Float64Array(size))
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      let rest = matrix[row][column]
      for (let k = 0; k < column; k++) rest -= factor[row][k] * factor[column][k]
      if (column < row) factor[row][column] = rest / factor[column][column]
      else if (rest > size * Number.EPSILON * matrix[row][row]) factor[row][row] = Math.sqrt(rest)
      else return undefined
    }
  return factor
}
