//! The Cholesky factor of a matrix: `A = L Lᵀ` with `L` zero above its diagonal.
//!
//! By blocks of columns (Golub and Van Loan, "Matrix Computations", section 4.2.9): a block is factored, the rows below
//! it are solved for, and their products are taken off what remains. Nearly all of the work is in these products, which
//! ndarray multiplies at the processor's pace; K = 4608 takes seconds.

use rayon::prelude::*;
use tract_onnx::prelude::tract_ndarray::{ArrayView2, s};

/// Columns of a block.
const BLOCK: usize = 96;

/// Factors `matrix`, `size * size` values, symmetric and positive definite. What stands above the diagonal is not read,
/// and is left there.
///
/// A pivot that rounding has brought to zero or below becomes the least positive number that does no harm.
pub(crate) fn factor(mut matrix: Vec<f64>, size: usize) -> Vec<f64> {
    let least = f64::EPSILON * (0..size).map(|at| matrix[at * size + at]).fold(f64::MIN_POSITIVE, f64::max);
    for first in (0..size).step_by(BLOCK) {
        let next = (first + BLOCK).min(size);
        let (above, below) = matrix.split_at_mut(next * size);
        let block = &mut above[first * size..];
        diagonal(block, (size, first), least);
        let block = &*block;
        below.par_chunks_mut(size).for_each(|row| solve(&mut row[..next], block, (size, first)));
        subtract(below, size, first, next);
    }
    matrix
}

/// Factors the rows `first..` of a block, whose columns before `first` are done.
fn diagonal(rows: &mut [f64], (size, first): (usize, usize), least: f64) {
    let count = rows.len() / size;
    for i in 0..count {
        let (done, rest) = rows.split_at_mut(i * size);
        let row = &mut rest[first..=first + i];
        for j in 0..i {
            let other = &done[j * size + first..][..=j];
            let sum: f64 = row[..j].iter().zip(other).map(|(a, b)| a * b).sum();
            row[j] = (row[j] - sum) / other[j];
        }
        let sum: f64 = row[..i].iter().map(|a| a * a).sum();
        row[i] = (row[i] - sum).max(least).sqrt();
    }
}

/// Solves `x Lᵀ = row` for a row below the block: its columns from `first` on become x.
fn solve(row: &mut [f64], block: &[f64], (size, first): (usize, usize)) {
    let row = &mut row[first..];
    for j in 0..row.len() {
        let other = &block[j * size + first..][..=j];
        let sum: f64 = row[..j].iter().zip(other).map(|(a, b)| a * b).sum();
        row[j] = (row[j] - sum) / other[j];
    }
}

/// Takes the products of the solved columns `first..next` off the columns behind them, the lower triangle alone.
fn subtract(rows: &mut [f64], size: usize, first: usize, next: usize) {
    let count = rows.len() / size;
    let solved: Vec<f64> = rows.chunks_exact(size).flat_map(|row| &row[first..next]).copied().collect();
    let Ok(solved) = ArrayView2::from_shape((count, next - first), &solved) else { return };
    rows.par_chunks_mut(BLOCK * size).enumerate().for_each(|(panel, rows)| {
        let (from, to) = (panel * BLOCK, panel * BLOCK + rows.len() / size);
        let product = solved.slice(s![from..to, ..]).dot(&solved.slice(s![..to, ..]).t());
        for (row, products) in rows.chunks_exact_mut(size).zip(product.rows()) {
            row[next..next + to].iter_mut().zip(products).for_each(|(value, product)| *value -= product);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn the_factor_times_its_transpose_is_the_matrix() {
        // Sizes below, at and beyond a block.
        for size in [1, 5, BLOCK, BLOCK + 1, 2 * BLOCK + 37] {
            let entry = |i: usize, j: usize| {
                let distance = i.abs_diff(j) as f64;
                (-distance / 9.0).exp() + if i == j { 0.1 + (i % 7) as f64 } else { 0.0 }
            };
            let matrix: Vec<_> = (0..size * size).map(|at| entry(at / size, at % size)).collect();
            let factor = factor(matrix.clone(), size);
            for (i, j) in (0..size).flat_map(|i| (0..=i).map(move |j| (i, j))) {
                let product: f64 = (0..=j).map(|k| factor[i * size + k] * factor[j * size + k]).sum();
                let off = (product - matrix[i * size + j]).abs();
                assert!(off < 1e-12 * 10.0, "{off} at {i}, {j} of {size}");
            }
        }
    }

    #[test]
    fn a_matrix_without_full_rank_has_a_finite_factor() {
        let factor = factor(vec![1.0; 16], 4);
        assert!(factor.iter().all(|value| value.is_finite()));
        assert!((0..4).all(|at| factor[at * 5] > 0.0));
    }
}
