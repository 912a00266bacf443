//! What an operator within tract is made of.

pub(super) use tract_core::internal::{
    Datum, DatumTypeExt, EvalContext, EvalOp, Op, StaticName, TDim, TValue, TVec, TractResult, TypedFact, TypedOp,
    as_op, bail, ensure, not_out_of_plan, op_as_typed_op, tvec,
};
pub(super) use tract_core::internal::{DatumType, IntoTensor, Tensor};
