//! Eigenvalues and singular values with the same bits on any number of threads.
//!
//! `faer` partitions these computations by the degree of parallelism it is given. Its methods on matrices take that of the machine, so their rounding differs
//! between machines; the calls here pass a constant.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{Mat, MatMut, Par};

use crate::error::EvalError;

/// The degree of parallelism given to `faer`, independent of the number of threads.
const PARTS: usize = 4;

/// Eigenvalues of a symmetric matrix in ascending order, and eigenvectors as columns. Only the lower triangle is read.
///
/// # Errors
/// The iteration does not converge.
pub fn eigen(matrix: &Mat<f64>) -> Result<(Vec<f64>, Mat<f64>), EvalError> {
    let mut vectors = Mat::zeros(matrix.nrows(), matrix.nrows());
    let values = decompose(matrix, Some(vectors.as_mut()))?;
    Ok((values, vectors))
}

/// As [`eigen`], without the eigenvectors.
///
/// # Errors
/// The iteration does not converge.
pub fn eigenvalues(matrix: &Mat<f64>) -> Result<Vec<f64>, EvalError> {
    decompose(matrix, None)
}

fn decompose(matrix: &Mat<f64>, vectors: Option<MatMut<f64>>) -> Result<Vec<f64>, EvalError> {
    let (size, par) = (matrix.nrows(), Par::rayon(PARTS));
    let wanted = match vectors {
        Some(_) => ComputeEigenvectors::Yes,
        None => ComputeEigenvectors::No,
    };
    let needed = self_adjoint_evd_scratch::<f64>(size, wanted, par, <_>::default());
    let mut memory = MemBuffer::new(needed);
    let stack = MemStack::new(&mut memory);
    let mut values = Diag::zeros(size);
    self_adjoint_evd(
        matrix.as_ref(),
        values.as_mut(),
        vectors,
        par,
        stack,
        <_>::default(),
    )
    .map_err(|_| EvalError::NoConvergence)?;
    Ok(values.column_vector().iter().copied().collect())
}

/// The singular values of a matrix in descending order.
///
/// # Errors
/// The iteration does not converge.
pub fn singular_values(matrix: &Mat<f64>) -> Result<Vec<f64>, EvalError> {
    let (rows, columns, par) = (matrix.nrows(), matrix.ncols(), Par::rayon(PARTS));
    let none = ComputeSvdVectors::No;
    let needed = svd_scratch::<f64>(rows, columns, none, none, par, <_>::default());
    let mut memory = MemBuffer::new(needed);
    let stack = MemStack::new(&mut memory);
    let mut values = Diag::zeros(rows.min(columns));
    svd(
        matrix.as_ref(),
        values.as_mut(),
        None,
        None,
        par,
        stack,
        <_>::default(),
    )
    .map_err(|_| EvalError::NoConvergence)?;
    Ok(values.column_vector().iter().copied().collect())
}
