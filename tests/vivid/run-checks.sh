#!/bin/busybox sh
# What is checked of `labelcam run` in the guest.
#
# Labels are frames that frames.py made, pushed through the driver's output, or what the driver itself writes into its
# picture. Nothing here waits for a time, but for what must come within one; what is asked for is in `events` (standard
# output of labelcam), `told` (its standard error) and /metrics.

# The time since the machine's start, in hundredths of a second.
now() { tr -d . </proc/uptime | cut -d' ' -f1; }

# within SECONDS COMMAND…: the command succeeds at last.
within() {
    until=$(($(now) + $1 * 100))
    shift
    until "$@"; do
        [ "$(now)" -lt $until ] || { echo "not in time: $*"; tail -n 3 events | cut -c1-300; tail -n 5 told; return 1; }
        sleep 0.1
    done
}

# configure: writes standard input and what all runs have in common to run.toml.
configure() {
    {
        cat
        # Many losses follow one another here, and pauses double; and a reading takes long on this processor.
        printf '[capture]\nretry-max-ms = 1000\n[track]\nwindow = 3\nagree = 2\nconfidence-min = 0.9\n'
        printf '[outputs.http]\nlisten = "127.0.0.1:8080"\n'
    } >run.toml
}

# watch [COMMAND…]: has labelcam run in the background, as COMMAND where it is given.
watch() {
    [ $# -gt 0 ] || set -- labelcam run --config run.toml
    # Empty from now on, not from when the program starts: what an earlier one said must not be found.
    : >events
    : >told
    mark
    "$@" >>events 2>>told &
    watching=$!
}

# unwatch: labelcam ends when it is asked to, as a success. How long it took is in `took`.
unwatch() {
    asked=$(now)
    kill -TERM $watching
    wait $watching
    code=$?
    took=$(($(now) - asked))
    echo "it ended with $code in $took hundredths of a second"
    [ $code = 0 ]
}
in_time() { unwatch && [ $took -le 200 ]; }

# mark: what `published` looks for comes after this.
mark() { seen=$(wc -l <events); }

# published PATTERN: an event has it.
published() { tail -n +$((seen + 1)) events | grep -q "$1"; }

# told_once TEXT: people were told of it, and not again and again.
told_once() {
    count=$(grep -cF -- "$1" told)
    [ "$count" = 1 ] || { echo "told $count times of \"$1\":"; cat told; return 1; }
}

# metric NAME: its value.
metric() { wget -q -O - http://127.0.0.1:8080/metrics | awk -v name="$1" '$1 == name { print $2 }'; }

# more METRIC VALUE: it is greater.
more() { value=$(metric "$1"); [ -n "$value" ] && [ "$value" -gt "$2" ]; }

# same METRIC VALUE
same() { value=$(metric "$1"); [ "$value" = "$2" ] || { echo "$1 is $value and was $2"; return 1; }; }

# texts REGION: what was read there, in order; without a region, what was found.
texts() {
    region=${1:+\"region\":\"$1\",}
    sed -n 's/.*"event":"reading",'"$region"'"track":[0-9]*,"text":"\([^"]*\)".*/\1/p' events
}

# Labels through the driver's output.

# show FRAME: has it pushed from now on. Written over the last one, so that the program that pushes goes on; should it
# push parts of both once, that is a frame that no others agree with.
show() { dd if="/frames/$1" of=shown bs=1M conv=notrunc 2>/dev/null; }

# push: pushes the frame that is shown, over and over.
push() { stream -d /dev/video1 --stream-out-mmap --stream-from=shown --stream-loop; }

# is_last TEXT: the region has it as its last reading, and so has what was found.
is_last() { [ "$(texts label | tail -n 1)" = "$1" ] && [ "$(texts | tail -n 1)" = "$1" ]; }

# One label after the other, each until it is read.
labels() {
    while IFS="$(printf '\t')" read -r line text; do
        show "$line.grey"
        within 60 is_last "$text" || return
    done </frames/labels.tsv
}

# are_labels FILE: it has the labels that were shown, each once and in their order.
are_labels() {
    cut -f 2 /frames/labels.tsv | cmp - "$1" || cat "$1"
}

# The places where the pushed label is.
place() {
    printf '[camera]\ndevice = "/dev/video0"\nformats = ["%s"]\n[lines]\nfind = "%s"\n' "$1" "$2"
    printf '[[regions]]\nname = "label"\nrectangle = [40, 40, 240, 48]\n'
}

check "run: vivid loads as a loop" vivid node_types=0x101 num_inputs=1 input_types=0x3 num_outputs=1 output_types=0x1
check "run: both ends have the same timings" loop
first=$(head -n 1 /frames/labels.tsv | cut -f 2)
show "$(head -n 1 /frames/labels.tsv | cut -f 1).grey"
check "run: labels are pushed" push
place grey always | configure
watch
check "run: each label that is pushed is read" labels
check "run: it ends when it is asked to" unwatch
texts label >region.txt
texts >found.txt
check "run: the region has every label once and in order" are_labels region.txt
check "run: so has what is found without a region" are_labels found.txt
unstream

# reads FORMAT [OPTION…]: the first label is read in a format, which the capturing end is first set to with the options
# of v4l2-ctl.
reads() {
    format=$1
    shift
    [ $# = 0 ] || v4l2-ctl -d /dev/video0 "$@" || return
    fourcc=$(echo "GREY grey YUYV yuyv NV12 nv12 YU12 yuv420 Y16 y16 RGB3 rgb24 BGR3 bgr24" |
        tr ' ' '\n' | grep -x -B 1 "$format" | head -n 1)
    v4l2-ctl -d /dev/video1 --set-fmt-video-out=width=640,height=480,pixelformat="$(printf %-4s "$fourcc")" || return
    rm shown
    show "$(head -n 1 /frames/labels.tsv | cut -f 1).$format"
    place "$format" never | configure
    push || return
    watch
    within 60 published "\"text\":\"$first\""
    result=$?
    unstream
    unwatch && return $result
}
for format in grey yuyv nv12 yuv420 y16 rgb24 bgr24; do
    check "run: a label is read in $format" reads $format
done
check "run: a label is read in rows with a gap" reads grey \
    --set-fmt-video=width=640,height=480,pixelformat=GREY,bytesperline=701

# Text that the driver writes: letters of 8x16 pixels, white on black. A region must leave out their neighbours.

# osd DEVICE: the place of the brightness.
osd() {
    printf '[camera]\ndevice = "%s"\nformats = ["grey"]\nwidth = 640\nheight = 360\n' "$1"
    printf '[[regions]]\nname = "brightness"\nrectangle = [20, 48, 118, 16]\n'
}
# others: further places.
others() {
    printf '[[regions]]\nname = "digits"\nrectangle = [104, 48, 32, 16]\nallow = "0-9"\n'
    printf '[[regions]]\nname = "size"\nrectangle = [22, 32, 60, 16]\n'
}
# another: the driver shows another brightness, and it is read.
label=128
another() {
    label=$((label + 3))
    control brightness=$label && within 60 published "\"region\":\"brightness\".*\"text\":\"brightness $label\""
}

check "run: vivid loads as a webcam" vivid node_types=0x1 num_inputs=1 input_types=0
control osd_text_mode=0
{ osd /dev/video0; others; } | configure
watch
check "run: the brightness that the driver shows is read" within 60 published '"text":"brightness 128"'
check "run: its digits are read alone" within 60 published '"region":"digits".*"text":"128"'
check "run: the size that the driver shows is read" within 60 published '"region":"size".*"text":"640x360"'
check "run: another brightness is read" another
check "run: what stays the same is told once" test "$(texts size)" = 640x360
check "run: it ends when the driver shows text" unwatch

# Faults, as the driver plays them. The same program goes through all of them.

osd /dev/video0 | configure
watch
check "run: a label is read before any fault" another
# What it holds then.
metric process_resident_memory_bytes >resident
threads=$(metric process_threads)
descriptors=$(metric process_open_fds)

# lost REASON COMMAND…: after the command the camera is lost for a reason and comes back, both are told and counted, and
# another label is read.
lost() {
    reason=$1
    shift
    losses=$(metric labelcam_capture_losses_total)
    reopenings=$(metric labelcam_capture_reopenings_total)
    mark
    "$@" || return
    within 60 published "\"connected\":false,\"problem\":\"[^\"]*$reason" &&
        within 60 published '"connected":true' &&
        another &&
        metric process_resident_memory_bytes >>resident &&
        more labelcam_capture_losses_total "$losses" &&
        more labelcam_capture_reopenings_total "$reopenings" &&
        same labelcam_capture_connected 1
}

# kept METRIC COMMAND…: while the command is repeated the metric grows, the camera is not lost, and another label is read.
kept() {
    metric=$1
    shift
    value=$(metric "$metric")
    losses=$(metric labelcam_capture_losses_total)
    mark
    within 60 grown "$metric" "$value" "$@" && another && same labelcam_capture_losses_total "$losses"
}
grown() {
    metric=$1 least=$2
    shift 2
    "$@" && more "$metric" "$least"
}

# press BUTTON…
press() {
    for button in "$@"; do
        control "$button=1" || return
    done
}

check "run: unplugging is a loss" lost "check its plug" press disconnect
check "run: a fatal fault while streaming is a loss" lost "is lost" press inject_fatal_streaming_error
check "run: a fault of queueing is a loss" lost "give a buffer back" press inject_vidioc_qbuf_error
check "run: a fault at start is tried again" lost "cannot start" \
    press inject_vidioc_streamon_error inject_fatal_streaming_error
check "run: a fault of buffers is tried again" lost "map the buffers" \
    press inject_vidioc_reqbufs_error inject_fatal_streaming_error

# The device itself goes, as when a plug is pulled, and comes again under the same name.
gone() {
    echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind || return
    within 60 published "there is no /dev/video0" || return
    echo vivid.0 >/sys/bus/platform/drivers/vivid/bind
}
check "run: a device that vanishes is a loss" lost "there is no /dev/video0" gone

check "run: a damaged frame is counted" kept labelcam_capture_frames_damaged_total press inject_v4l2_buf_flag_error
check "run: dropped frames are counted" kept labelcam_capture_frames_skipped_total control percentage_of_dropped_buffers=50
silent() {
    control percentage_of_dropped_buffers=100
    within 60 more labelcam_capture_timeouts_total "$timeouts"
    result=$?
    control percentage_of_dropped_buffers=0
    return $result
}
timeouts=$(metric labelcam_capture_timeouts_total)
check "run: a camera that falls silent is a loss" lost "gave no frame" silent

# Count and clock run over 128 frames and 16 seconds after a start.
control wrap_sequence_number=1
control wrap_timestamp=1
check "run: a stream starts whose count and clock will run over" lost "is lost" press inject_fatal_streaming_error
since=$(now)
frames=$(metric labelcam_capture_frames_total)
skipped=$(metric labelcam_capture_frames_skipped_total)
losses=$(metric labelcam_capture_losses_total)
run_over() { [ "$(now)" -gt $((since + 1800)) ] && more labelcam_capture_frames_total $((frames + 150)); }
check "run: count and clock run over" within 60 run_over
mark
check "run: another label is read then" another
check "run: it is no loss" same labelcam_capture_losses_total "$losses"
leapt() { more labelcam_capture_frames_skipped_total $((skipped + 1000)); }
check "run: no frames are counted as skipped for it" test ! "$(leapt && echo leapt)"
is_young() {
    tail -n +$((seen + 1)) events | sed -n 's/.*"age_ms":\([0-9]*\).*/\1/p' >ages
    [ -s ages ] && awk '$1 > 10000 { old = 1 } END { exit old }' ages
}
check "run: readings are as old as they are" is_young

# Each outage is told when it begins and when it ends, and nothing else is.
outages() {
    [ "$(grep -c 'it is tried again' told)" = "$(grep -c 'frames are coming' told)" ] || { cat told; return 1; }
}
check "run: the end of each outage is told" outages
ids() { sed -n 's/^{"id":\([0-9]*\),.*/\1/p' events | awk '$1 != NR { exit 1 }'; }
check "run: no event is missing" ids
check "run: it has as many threads as before the faults" same process_threads "$threads"
check "run: it has as many descriptors" same process_open_fds "$descriptors"
# A leak of a single frame at each loss would be 230 KB times eight.
memory() {
    metric process_resident_memory_bytes >>resident
    echo "bytes before the faults, after each loss, and now:"
    cat resident
    [ "$(tail -n 1 resident)" -lt $(($(head -n 1 resident) + 1500000)) ]
}
check "run: it has no more memory" memory
check "run: it ends within two seconds after all that" in_time

# Cameras that cannot be had yet.

# waits TEXT: labelcam says once what is wrong, however often it tries, and does not end.
waits() {
    within 30 grep -qF -- "$1" told || return
    within 30 more labelcam_capture_attempts_total 3 && told_once "$1" && told_once "it is tried again until it is there" && kill -0 $watching
}
# goes_on: the camera is there, which is told, and the label is read.
goes_on() {
    within 60 published '"connected":true' && within 30 published '"text":"brightness' &&
        told_once "the source is there"
}

modprobe -r vivid
osd "" | configure
watch
check "run: without a camera it waits" waits "no camera has one of the formats wanted, of 0 video devices"
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0
check "run: it reads once the driver is loaded" goes_on
check "run: it ends after a camera that came late" unwatch

check "run: another program streams" stream -d /dev/video0 --stream-mmap --stream-count=1000000
osd /dev/video0 | configure
watch
check "run: a camera in use is waited for" waits "/dev/video0 is in use by another program"
kill $streaming
check "run: it reads once the other has ended" goes_on
check "run: it ends after a camera that was in use" unwatch

chmod 600 /dev/video0
watch su nobody -c "exec labelcam run --config run.toml"
check "run: a camera that may not be opened is waited for" waits "usermod -aG video"
chmod 666 /dev/video0
check "run: it reads once it may" goes_on
check "run: it ends after a camera that was forbidden" unwatch
