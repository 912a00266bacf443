//! What an operator within tract is made of.

pub(super) use tract_core::internal::{
    Datum, DatumType, DynClone, EvalContext, EvalOp, Op, StaticName, TDim, TValue, TVec, Tensor, TractResult,
    TypedFact, TypedOp, as_op, bail, ensure, not_out_of_plan, op_as_typed_op, tvec,
};
