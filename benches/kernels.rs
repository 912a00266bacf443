//! Matrix products by shape: every set of kernels that this processor has, rten-gemm's and tract's.
//!
//! All go from rows in memory to results in memory, with the weights packed ahead, on one thread. Ours end with what a
//! layer does to its sums: bias, ReLU and, in int8, rounding to bytes. The others end with 32-bit sums. None has im2col in
//! it, which ours do without and the others need.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use labelcam::engine::kernel::available;
use labelcam::engine::measure::{Product, Shape};
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
use rten_tensor::NdTensorView;
use tract_core::prelude::{Datum, DatumType, IntoTensor, Tensor, tract_ndarray::Array2};
use tract_linalg::MmmDispatch;
use tract_linalg::mmm::{AsInputValue, FusedSpec, MatMatMul};

/// Layers of the shipped model on a line of 200 pixels, and of the CRNN of Shi et al. in full width on one of 100: M, K, C.
const SHAPES: [(&str, usize, usize, usize); 14] = [
    ("labels-en/conv1", 1792, 216, 48),
    ("labels-en/conv3", 448, 864, 96),
    ("labels-en/conv5", 228, 1728, 192),
    ("labels-en/conv6", 57, 768, 192),
    ("labels-en/lstm0-inputs", 57, 192, 768),
    ("labels-en/lstm0-state", 2, 96, 384),
    ("labels-en/linear1", 57, 192, 119),
    ("crnn/conv1", 800, 576, 128),
    ("crnn/conv3", 200, 2304, 256),
    ("crnn/conv5", 104, 4608, 512),
    ("crnn/conv6", 26, 2048, 512),
    ("crnn/lstm0-inputs", 26, 512, 2048),
    ("crnn/lstm0-state", 2, 256, 1024),
    ("crnn/linear1", 26, 512, 37),
];

fn main() {
    let single = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
    single.expect("nothing has started rayon's threads yet");
    let mut criterion = Criterion::default().configure_from_args();
    for (name, rows, depth, channels) in SHAPES {
        let shape = Shape { rows, depth, channels };
        let mut group = criterion.benchmark_group(format!("int8/{name}"));
        group.throughput(Throughput::Elements(shape.multiply_adds() as u64));
        int8(&mut group, shape);
        group.finish();
        let mut group = criterion.benchmark_group(format!("float/{name}"));
        group.throughput(Throughput::Elements(shape.multiply_adds() as u64));
        float(&mut group, shape);
        group.finish();
    }
    criterion.final_summary();
}

fn int8(group: &mut BenchmarkGroup<'_, WallTime>, shape: Shape) {
    for kernels in available() {
        let mut product = Product::int8(kernels, shape);
        group.bench_function(kernels.name, |bencher| bencher.iter(|| product.run()));
    }
    let Shape { rows, depth, channels } = shape;
    let (activations, weights) = (shape.activations(), transposed(&shape.weights(), shape));
    let rten = GemmExecutor::<u8, i8, i32>::new();
    let packed = rten.prepack_b(NdTensorView::from_data([depth, channels], &*weights));
    let left = NdTensorView::from_data([rows, depth], &*activations);
    let mut out = vec![0; rows * channels];
    group.bench_function(format!("rten-{}", rten.kernel_name()), |bencher| {
        bencher.iter(|| {
            let (left, right) = (GemmInputA::Unpacked(black_box(left)), GemmInputB::Packed(&packed));
            rten.gemm(&mut out, left, right, GemmOptions::default())
        });
    });
    // tract multiplies signed bytes with signed bytes.
    let signed: Vec<i8> = activations.iter().map(|&value| (value ^ 0x80).cast_signed()).collect();
    tract::<i8>(group, shape, (&shape.weights(), &signed), i32::datum_type());
}

fn float(group: &mut BenchmarkGroup<'_, WallTime>, shape: Shape) {
    for kernels in available() {
        let mut product = Product::float(kernels, shape);
        group.bench_function(kernels.name, |bencher| bencher.iter(|| product.run()));
    }
    let Shape { rows, depth, channels } = shape;
    let activations: Vec<f32> = shape.activations().into_iter().map(f32::from).collect();
    let weights: Vec<f32> = shape.weights().into_iter().map(f32::from).collect();
    let turned = transposed(&weights, shape);
    let rten = GemmExecutor::<f32>::new();
    let packed = rten.prepack_b(NdTensorView::from_data([depth, channels], &*turned));
    let left = NdTensorView::from_data([rows, depth], &*activations);
    let mut out = vec![0.0; rows * channels];
    group.bench_function(format!("rten-{}", rten.kernel_name()), |bencher| {
        bencher.iter(|| {
            let (left, right) = (GemmInputA::Unpacked(black_box(left)), GemmInputB::Packed(&packed));
            rten.gemm(&mut out, left, right, GemmOptions::default())
        });
    });
    tract::<f32>(group, shape, (&weights, &activations), f32::datum_type());
}

/// The kernel that tract prefers for a convolution of this shape: weights on the left, packed ahead, activations packed in
/// each run.
fn tract<T: Datum + Copy>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    shape: Shape,
    (weights, activations): (&[T], &[T]),
    sum: DatumType,
) {
    let Shape { rows, depth, channels } = shape;
    let matrix = |sides, values: &[T]| -> Tensor {
        Array2::from_shape_vec(sides, values.to_vec()).expect("as many values as the sides say").into_tensor()
    };
    let (left, right) = (matrix((channels, depth), weights), matrix((rows, depth), activations));
    let preferred = MmmDispatch::native().preferred_kernel(sum, Some(channels), Some(depth), Some(rows));
    let kernel = preferred.expect("tract has a kernel for every processor");
    let takes = |(a, b): &(_, _)| takes::<T>(a) && takes::<T>(b);
    let packing = kernel.packings().iter().position(takes).expect("tract's kernels take these numbers");
    let (left_format, right_format) = &kernel.packings()[packing];
    let left = left_format.prepare_one(&left, 1, 0).expect("a matrix is packed");
    let mut out = Tensor::zero_dt(sum, &[channels, rows]).expect("there is memory");
    group.bench_function(format!("tract-{}", kernel.name()), |bencher| {
        bencher.iter(|| {
            let right = right_format.prepare_one(black_box(&right), 1, 0).expect("a matrix is packed");
            multiply(&*kernel, packing, (&*left, &*right), &mut out);
        });
    });
}

type Format = Box<dyn tract_linalg::mmm::MMMInputFormat>;
type Input = dyn tract_linalg::mmm::MMMInputValue;

fn takes<T: Datum>(format: &Format) -> bool {
    format.precursor().as_dt() == Some(T::datum_type())
}

#[expect(unsafe_code, reason = "tract's kernels are called so: all operands are of the shape that the kernel is told")]
fn multiply(kernel: &dyn MatMatMul, packing: usize, (a, b): (&Input, &Input), out: &mut Tensor) {
    let (channels, rows) = (out.shape()[0], out.shape()[1]);
    let (a, b) = (AsInputValue::Borrowed(a), AsInputValue::Borrowed(b));
    // SAFETY: `a` and `b` were packed in the formats of this packing, and `out` is `[channels, rows]` of the kernel's sums.
    unsafe {
        let store = kernel.c_view(Some(0), Some(1)).wrap(&out.view_mut());
        let steps = [FusedSpec::AddMatMul { a, b, packing }, FusedSpec::Store(store)];
        kernel.run(channels, rows, &steps).expect("the operands fit");
    }
}

/// `[C][K]` as `[K][C]`.
fn transposed<T: Copy>(weights: &[T], Shape { depth, channels, .. }: Shape) -> Vec<T> {
    (0..depth * channels).map(|at| weights[at % channels * depth + at / channels]).collect()
}
