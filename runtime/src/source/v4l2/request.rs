//! Calls of the kernel whose arguments have the right type.

#![expect(unsafe_code, reason = "the one place where the kernel is called; nothing unsafe leaves this file")]

use std::io;
use std::marker::PhantomData;
use std::mem;

use rustix::io::Errno;
use v4l::device::Device;
use v4l::v4l_sys as sys;
use v4l::v4l2::vidioc;

/// A structure that the kernel reads and fills in.
///
/// # Safety
/// Any bytes must be a valid value: it consists of whole numbers, pointers, and arrays, structures and unions of them.
pub(super) unsafe trait Argument: Copy {
    /// The value with all bytes zero.
    fn zeroed() -> Self {
        // SAFETY: the trait promises that any bytes are valid.
        unsafe { mem::zeroed() }
    }
}

// SAFETY: of each, linux/videodev2.h shows whole numbers and pointers alone, and arrays, structures and unions of them.
unsafe impl Argument for u32 {}
unsafe impl Argument for sys::v4l2_buffer {}
unsafe impl Argument for sys::v4l2_capability {}
unsafe impl Argument for sys::v4l2_control {}
unsafe impl Argument for sys::v4l2_event_subscription {}
unsafe impl Argument for sys::v4l2_fmtdesc {}
unsafe impl Argument for sys::v4l2_format {}
unsafe impl Argument for sys::v4l2_frmivalenum {}
unsafe impl Argument for sys::v4l2_frmsizeenum {}
unsafe impl Argument for sys::v4l2_queryctrl {}
unsafe impl Argument for sys::v4l2_querymenu {}
unsafe impl Argument for sys::v4l2_requestbuffers {}
unsafe impl Argument for sys::v4l2_streamparm {}

/// A number of an ioctl with the type of its argument.
pub(super) struct Request<T>(vidioc::_IOC_TYPE, PhantomData<T>);

impl<T: Argument> Request<T> {
    /// `size` is what the kernel expects, in bytes. A type or a layout of another size does not compile.
    const fn new(number: vidioc::_IOC_TYPE, size: usize) -> Self {
        assert!(mem::size_of::<T>() == size, "the structure has another size than the kernel's");
        assert!((number >> 16 & 0x3fff) as usize == size, "the number is of another structure");
        Self(number, PhantomData)
    }

    /// Calls the kernel, again where a signal came between.
    pub(super) fn call(&self, device: &Device, argument: &mut T) -> io::Result<()> {
        loop {
            // SAFETY: the kernel reads and writes as many bytes as the number says, which is the size of a `T` (`new`), and
            // whatever it writes is a `T` (`Argument`). Pointers within are not followed: buffers are asked for as mapped
            // memory, formats as those of one plane.
            let answer = unsafe { v4l::v4l2::ioctl(device.handle().fd(), self.0, (&raw mut *argument).cast()) };
            match answer {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                answer => return answer,
            }
        }
    }

    /// As [`Self::call`], for lists: whether there is such an entry. The kernel answers so at the end of a list, and where a
    /// driver has none.
    pub(super) fn lists(&self, device: &Device, entry: &mut T) -> io::Result<bool> {
        match self.call(device, entry) {
            Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::INVAL | Errno::NOTTY)) => Ok(false),
            answer => answer.map(|()| true),
        }
    }
}

/// Pointers and times are longer on 64-bit machines.
const IS_WIDE: bool = mem::size_of::<usize>() == 8;
/// Bytes of `v4l2_format`.
const FORMAT: usize = if IS_WIDE { 208 } else { 204 };
/// Bytes of `v4l2_buffer`.
const BUFFER: usize = if IS_WIDE { 88 } else { 68 };

pub(super) const QUERYCAP: Request<sys::v4l2_capability> = Request::new(vidioc::VIDIOC_QUERYCAP, 104);
pub(super) const ENUM_FMT: Request<sys::v4l2_fmtdesc> = Request::new(vidioc::VIDIOC_ENUM_FMT, 64);
pub(super) const ENUM_FRAMESIZES: Request<sys::v4l2_frmsizeenum> = Request::new(vidioc::VIDIOC_ENUM_FRAMESIZES, 44);
pub(super) const ENUM_FRAMEINTERVALS: Request<sys::v4l2_frmivalenum> =
    Request::new(vidioc::VIDIOC_ENUM_FRAMEINTERVALS, 52);
pub(super) const G_FMT: Request<sys::v4l2_format> = Request::new(vidioc::VIDIOC_G_FMT, FORMAT);
pub(super) const S_FMT: Request<sys::v4l2_format> = Request::new(vidioc::VIDIOC_S_FMT, FORMAT);
pub(super) const G_PARM: Request<sys::v4l2_streamparm> = Request::new(vidioc::VIDIOC_G_PARM, 204);
pub(super) const S_PARM: Request<sys::v4l2_streamparm> = Request::new(vidioc::VIDIOC_S_PARM, 204);
pub(super) const QUERYCTRL: Request<sys::v4l2_queryctrl> = Request::new(vidioc::VIDIOC_QUERYCTRL, 68);
pub(super) const QUERYMENU: Request<sys::v4l2_querymenu> = Request::new(vidioc::VIDIOC_QUERYMENU, 44);
pub(super) const G_CTRL: Request<sys::v4l2_control> = Request::new(vidioc::VIDIOC_G_CTRL, 8);
pub(super) const S_CTRL: Request<sys::v4l2_control> = Request::new(vidioc::VIDIOC_S_CTRL, 8);
pub(super) const REQBUFS: Request<sys::v4l2_requestbuffers> = Request::new(vidioc::VIDIOC_REQBUFS, 20);
pub(super) const QUERYBUF: Request<sys::v4l2_buffer> = Request::new(vidioc::VIDIOC_QUERYBUF, BUFFER);
pub(super) const QBUF: Request<sys::v4l2_buffer> = Request::new(vidioc::VIDIOC_QBUF, BUFFER);
pub(super) const DQBUF: Request<sys::v4l2_buffer> = Request::new(vidioc::VIDIOC_DQBUF, BUFFER);
pub(super) const STREAMON: Request<u32> = Request::new(vidioc::VIDIOC_STREAMON, 4);
pub(super) const STREAMOFF: Request<u32> = Request::new(vidioc::VIDIOC_STREAMOFF, 4);
/// `_IOW('V', 90, struct v4l2_event_subscription)`, which the crate lacks.
pub(super) const SUBSCRIBE_EVENT: Request<sys::v4l2_event_subscription> =
    Request::new(1 << 30 | 0x20 << 16 | (b'V' as vidioc::_IOC_TYPE) << 8 | 0x5a, 32);
