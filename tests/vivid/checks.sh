#!/bin/busybox sh
# What is checked of `labelcam cameras` and `labelcam snapshot` in the guest, and of the guest itself.

# The program itself, on a processor that is emulated.
check "the machine has AVX2" grep -qw avx2 /proc/cpuinfo
check "a line is read" says "\"text\":\"$(cat /lot-code.txt)\"" labelcam read /lot-code.png

# A camera as a webcam is one.
check "without a driver there is no camera" says "no camera among 0 video devices" labelcam cameras
check "vivid loads" vivid node_types=0x1 num_inputs=1 input_types=0
check "cameras lists the device" says "/dev/video0  vivid (vivid, platform:vivid-000)" labelcam cameras
check "cameras lists sizes with rates" says "640x360 at" labelcam cameras /dev/video0
check "cameras lists controls" says "brightness: 128 (default 128; 0 to 255 in steps of 1)" labelcam cameras
check "cameras writes JSON" says '"format":"yuyv"' labelcam cameras --json

for format in grey yuyv nv12 yuv420 y16 rgb24 bgr24; do
    check "a frame in $format" says "640x360, $format" snapshot --format $format --as grey --out $format.pgm
done
check "the luma of yuyv and nv12 is the same" alike 0 yuyv.pgm nv12.pgm
check "the luma of yuyv and yuv420 is the same" alike 0 yuyv.pgm yuv420.pgm
check "grey of rgb24 and bgr24 is the same" alike 0 rgb24.pgm bgr24.pgm
# The low byte is cut off.
check "grey and y16 are the same" alike 1 grey.pgm y16.pgm
# YUV has 220 levels from black to white where RGB has 256.
check "yuyv and rgb24 show the same" alike 24 yuyv.pgm rgb24.pgm
check "a frame as JPEG" says "640x360" snapshot --format rgb24 --out frame.jpg

# Rows with a gap between them: the driver keeps the distance that is set where the mode stays the same.
check "a wider distance between rows is set" v4l2-ctl -d /dev/video0 \
    --set-fmt-video=width=640,height=360,pixelformat=GREY,bytesperline=701
check "rows with a gap are read" snapshot --format grey --as grey --out gap.pgm
check "rows with a gap show the same" alike 0 grey.pgm gap.pgm
check "rows with a gap come as they are" snapshot --format grey --as raw --out gap.raw
check "their payload has the gaps" says $((360 * 701)) wc -c gap.raw

# Sizes and formats that are not there.
check "the next larger size is taken, and said" says "gives 640x360 instead of 600x300" \
    labelcam snapshot --device /dev/video0 --width 600 --height 300 --out frame.jpg
check "a camera is found by its name" says "640x360" \
    labelcam snapshot --device name:VIVID --width 640 --height 360 --out frame.jpg
check "the first camera is found" says "640x360" labelcam snapshot --device "" --width 640 --height 360 --out frame.jpg
check "an unknown name is refused" refuses 'no camera has "C920" in its name, of 1 video devices' \
    labelcam snapshot --device name:C920 --out frame.jpg
check "a format that is not there is refused" refuses "labelcam reads mjpeg" snapshot --format mjpeg --out frame.jpg
check "a device that is not there is refused" refuses "there is no /dev/video7" \
    labelcam snapshot --device /dev/video7 --out frame.jpg
check "another user is told of the group" refuses "usermod -aG video" \
    su nobody -c "labelcam snapshot --device /dev/video0 --out frame.jpg"

# Controls.
check "controls are set" says "640x360" \
    snapshot --format grey --control brightness=200 --control gain_automatic=false --control gain=33 --out frame.jpg
check "brightness has its value" says "brightness: 200" v4l2-ctl -d /dev/video0 -C brightness
check "gain has its value" says "gain: 33" v4l2-ctl -d /dev/video0 -C gain
check "a value out of range is refused" refuses 'must be from 0 to 255 in steps of 1' \
    snapshot --control brightness=256 --out frame.jpg
check "a menu has its entries alone" refuses '`test_pattern` is 99, but must be one of 0 (75% Colorbar), ' \
    snapshot --control test_pattern=99 --out frame.jpg
check "an unknown control is refused" refuses '`brightnes` is unknown to this camera; it has brightness' \
    snapshot --control brightnes=1 --out frame.jpg
check "brightness as before" control brightness=128

# Faults, as the driver plays them.
check "a fault at start is an error" control inject_vidioc_streamon_error=1
check "that error names its action" refuses "cannot start /dev/video0" snapshot --out frame.jpg
check "the next start succeeds" snapshot --out frame.jpg
control inject_vidioc_reqbufs_error=1
check "a fault of buffers is an error" refuses "cannot map the buffers of /dev/video0" snapshot --out frame.jpg
control inject_vidioc_qbuf_error=1
check "a fault of queueing is an error" refuses "/dev/video0" snapshot --out frame.jpg
control percentage_of_dropped_buffers=60
check "a frame comes though many are dropped" snapshot --out frame.jpg
control percentage_of_dropped_buffers=100
check "no frame is an error in the end" refuses "no whole frame came in 2 s" \
    labelcam snapshot --device /dev/video0 --wait 2 --out frame.jpg

check "a fatal fault while streaming is a loss" during inject_fatal_streaming_error=1 \
    refuses "/dev/video0 is lost" snapshot --out frame.jpg
check "unplugging while streaming is a loss" during disconnect=1 refuses "/dev/video0 is lost" snapshot --out frame.jpg
control percentage_of_dropped_buffers=0
check "it comes back" snapshot --out frame.jpg

# One that streams to another program.
check "another program streams" stream -d /dev/video0 --stream-mmap --stream-count=1000000
check "a camera in use is told" refuses "/dev/video0 is in use by another program" snapshot --out frame.jpg
unstream

# Clocks and counts that run over.
young() { snapshot --out frame.jpg 2>&1 | grep -E ', [0-9]{1,4} ms old$'; }
control wrap_timestamp=1
check "a time that runs over is not believed" young
control wrap_timestamp=0
control wrap_sequence_number=1
check "a count that runs over is no loss" snapshot --out frame.jpg

# Frames of our own through the driver: its output is looped to its input.
check "vivid loads as a loop" vivid node_types=0x101 num_inputs=1 input_types=0x3 num_outputs=1 output_types=0x1
check "an output is no camera" refuses "is no camera: it takes no frames" \
    labelcam snapshot --device /dev/video1 --out frame.jpg
check "both ends have the same timings" loop
# 640 times 480 bytes that are no pattern of the driver.
head -c 307200 /bin/labelcam >pushed.raw
check "frames are pushed" stream -d /dev/video1 --stream-out-mmap --stream-from=pushed.raw --stream-loop
check "a frame comes out of the loop" says "640x480, grey" \
    labelcam snapshot --device /dev/video0 --format grey --as raw --out looped.raw --wait 60
check "it is what was pushed, byte for byte" cmp pushed.raw looped.raw
unstream
