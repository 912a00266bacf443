//! The tiles of x86, in vectors of eight channels and of sixteen.
//!
//! The loops are the same; the intrinsics, and the instructions that a function is compiled for, are not. So the loops
//! are macros, which `avx2` and `avx512` fill in.

/// Rows of a tile.
pub(super) const ROWS: usize = 6;

/// Vectors of a tile.
pub(super) const VECTORS: usize = 2;

/// Calls `$tile::<rows, vectors>` for the numbers that are only known at run time.
macro_rules! sized {
    ($tile:ident($starts:expr, $vectors:expr, $rest:tt)) => {
        match ($starts.len(), $vectors) {
            (1, 1) => $tile::<1, 1> $rest,
            (2, 1) => $tile::<2, 1> $rest,
            (3, 1) => $tile::<3, 1> $rest,
            (4, 1) => $tile::<4, 1> $rest,
            (5, 1) => $tile::<5, 1> $rest,
            (6, 1) => $tile::<6, 1> $rest,
            (1, 2) => $tile::<1, 2> $rest,
            (2, 2) => $tile::<2, 2> $rest,
            (3, 2) => $tile::<3, 2> $rest,
            (4, 2) => $tile::<4, 2> $rest,
            (5, 2) => $tile::<5, 2> $rest,
            (6, 2) => $tile::<6, 2> $rest,
            (rows, vectors) => unreachable!("a tile has 1 to 6 rows and 1 or 2 vectors, not {rows} and {vectors}"),
        }
    };
}

/// Defines `float`, the tile of floats.
macro_rules! float_tile {
    ($features:literal, $lanes:ident, $vector:ident, zero: $zero:ident, one: $one:ident, load: $load:ident,
     store: $store:ident, add: $add:ident, multiply_add: $multiply_add:ident) => {
        /// # Safety
        /// As [`super::Run`].
        #[target_feature(enable = $features)]
        unsafe fn float(starts: &[*const f32], walk: &Walk, vectors: usize, panel: *const f32, sums: *mut f32) {
            // SAFETY: the caller's promise.
            unsafe {
                match (starts, vectors) {
                    (&[start], 1) => float_row::<1>(start, walk, panel, sums),
                    (&[start], 2) => float_row::<2>(start, walk, panel, sums),
                    _ => sized!(float_rows(starts, vectors, (starts, walk, panel, sums))),
                }
            }
        }

        /// A single row: four sums of each channel side by side, as one would wait for itself.
        ///
        /// # Safety
        /// As [`super::Run`], with one row and `V` vectors.
        #[target_feature(enable = $features)]
        unsafe fn float_row<const V: usize>(start: *const f32, walk: &Walk, mut panel: *const f32, sums: *mut f32) {
            const CHAINS: usize = 4;
            /// Takes `N` values into as many chains.
            ///
            /// # Safety
            /// The values are readable, and the panel has V vectors for each.
            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn take<const N: usize, const V: usize>(
                acc: &mut [[$vector; V]; CHAINS],
                values: *const f32,
                panel: &mut *const f32,
            ) {
                for chain in 0..N {
                    // SAFETY: the caller's promise.
                    unsafe {
                        let value = $one(*values.add(chain));
                        for v in 0..V {
                            acc[chain][v] = $multiply_add(value, $load(panel.add(v * $lanes)), acc[chain][v]);
                        }
                        *panel = panel.add(V * $lanes);
                    }
                }
            }
            let mut acc = [[$zero(); V]; CHAINS];
            for segment in 0..walk.segments {
                let whole = walk.length - walk.length % CHAINS;
                // SAFETY: the caller's promise: what is taken is within the segment.
                unsafe {
                    let values = start.add(segment * walk.stride);
                    for k in (0..whole).step_by(CHAINS) {
                        take::<CHAINS, V>(&mut acc, values.add(k), &mut panel);
                    }
                    for k in whole..walk.length {
                        take::<1, V>(&mut acc, values.add(k), &mut panel);
                    }
                }
            }
            for v in 0..V {
                let sum = $add($add(acc[0][v], acc[1][v]), $add(acc[2][v], acc[3][v]));
                // SAFETY: the caller's promise.
                unsafe { $store(sums.add(v * $lanes), sum) };
            }
        }

        /// # Safety
        /// As [`super::Run`], with `R` rows and `V` vectors.
        #[target_feature(enable = $features)]
        unsafe fn float_rows<const R: usize, const V: usize>(
            starts: &[*const f32],
            walk: &Walk,
            mut panel: *const f32,
            sums: *mut f32,
        ) {
            let mut acc = [[$zero(); V]; R];
            for segment in 0..walk.segments {
                for k in 0..walk.length {
                    // SAFETY: the caller's promise: k is within the segment, and the panel has V vectors for each k.
                    unsafe {
                        let mut weights = [$zero(); V];
                        for (v, weights) in weights.iter_mut().enumerate() {
                            *weights = $load(panel.add(v * $lanes));
                        }
                        for r in 0..R {
                            let value = $one(*starts[r].add(segment * walk.stride + k));
                            for v in 0..V {
                                acc[r][v] = $multiply_add(value, weights[v], acc[r][v]);
                            }
                        }
                        panel = panel.add(V * $lanes);
                    }
                }
            }
            for r in 0..R {
                for v in 0..V {
                    // SAFETY: the caller's promise.
                    unsafe { $store(sums.add((r * V + v) * $lanes), acc[r][v]) };
                }
            }
        }
    };
}

/// Defines `$name`, a tile of bytes whose `$step` adds to the sums of a vector of channels the products of four bytes with
/// four weights of each.
macro_rules! int8_tile {
    ($name:ident, $features:literal, $lanes:ident, $step:ident, zero: $zero:ident, one: $one:ident, load: $load:ident,
     store: $store:ident) => {
        /// # Safety
        /// As [`super::Run`].
        #[target_feature(enable = $features)]
        unsafe fn $name(starts: &[*const u8], walk: &Walk, vectors: usize, panel: *const i8, sums: *mut i32) {
            /// # Safety
            /// As [`super::Run`], with `R` rows and `V` vectors.
            #[target_feature(enable = $features)]
            unsafe fn rows<const R: usize, const V: usize>(
                starts: &[*const u8],
                walk: &Walk,
                mut panel: *const i8,
                sums: *mut i32,
            ) {
                let mut acc = [[$zero(); V]; R];
                for segment in 0..walk.segments {
                    for k in (0..walk.length).step_by(4) {
                        // SAFETY: the caller's promise: k is within the segment, whose length is a multiple of 4.
                        unsafe {
                            let mut weights = [$zero(); V];
                            for (v, weights) in weights.iter_mut().enumerate() {
                                *weights = $load(panel.add(v * 4 * $lanes).cast());
                            }
                            for r in 0..R {
                                let four = starts[r].add(segment * walk.stride + k).cast::<i32>().read_unaligned();
                                let bytes = $one(four);
                                for v in 0..V {
                                    acc[r][v] = $step(acc[r][v], bytes, weights[v]);
                                }
                            }
                            panel = panel.add(V * 4 * $lanes);
                        }
                    }
                }
                for r in 0..R {
                    for v in 0..V {
                        // SAFETY: the caller's promise.
                        unsafe { $store(sums.add((r * V + v) * $lanes).cast(), acc[r][v]) };
                    }
                }
            }
            // SAFETY: the caller's promise.
            unsafe { sized!(rows(starts, vectors, (starts, walk, panel, sums))) }
        }
    };
}

pub(super) use {float_tile, int8_tile, sized};
