#!/bin/busybox sh
# What the checks in the guest are written with. Each check is a line `ok NAME` or `not ok NAME`, the latter with what its
# command said.

# check NAME COMMAND [ARGUMENT…]: the command must succeed.
check() {
    name=$1
    shift
    case $name in "$only"*) ;; *) return ;; esac
    if "$@" >/tmp/said 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        sed 's/^/    /' /tmp/said
    fi
}

# says TEXT COMMAND…: the command succeeds, and has TEXT in what it says.
says() {
    text=$1
    shift
    "$@" >/tmp/output 2>&1 || { cat /tmp/output; return 1; }
    grep -qF -- "$text" /tmp/output || { echo "without \"$text\":"; cat /tmp/output; return 1; }
}

# refuses TEXT COMMAND…: the command fails, and has TEXT in what it says.
refuses() {
    text=$1
    shift
    if "$@" >/tmp/output 2>&1; then echo "it succeeded"; cat /tmp/output; return 1; fi
    grep -qF -- "$text" /tmp/output || { echo "without \"$text\":"; cat /tmp/output; return 1; }
}

# vivid OPTION…: loads the driver anew.
vivid() {
    ! grep -q '^vivid ' /proc/modules || modprobe -r vivid || return
    modprobe vivid n_devs=1 "$@" || return
    # Time and frame number in the picture, which change, are off.
    v4l2-ctl -d /dev/video0 -c osd_text_mode=2
}

# control NAME=VALUE: sets a control of the driver; buttons take any value.
control() { v4l2-ctl -d /dev/video0 -c "$1"; }

snapshot() { labelcam snapshot --device /dev/video0 --width 640 --height 360 --wait 60 "$@"; }

# alike MOST FILE FILE: no byte differs by more than MOST.
alike() {
    most=$1
    shift
    [ "$(wc -c <"$1")" = "$(wc -c <"$2")" ] || { echo "$* have different sizes"; return 1; }
    cmp -l "$1" "$2" | awk -v most="$most" -f /difference.awk
}

# during CONTROL COMMAND…: presses a button of the driver, again and again, until the command ends. The command waits
# for frames that do not come, and only a press after it began to wait has an effect.
during() {
    (while sleep 2; do control "$1"; done) &
    pressing=$!
    shift
    "$@"
    result=$?
    kill $pressing
    wait
    return $result
}

# stream OPTION…: has v4l2-ctl stream in the background, and waits until it does: it writes a mark for each frame.
stream() {
    rm -f marks
    v4l2-ctl "$@" >marks 2>&1 &
    streaming=$!
    for _ in $(seq 300); do
        [ ! -s marks ] || return 0
        sleep 0.2
    done
    return 1
}
unstream() {
    kill $streaming
    # The shell says so.
    wait $streaming 2>/dev/null
    true
}

# loop: the output leads to the input, 640x480 pixels, grey.
loop() {
    for device in /dev/video0 /dev/video1; do
        v4l2-ctl -d $device --set-dv-bt-timings index=0 || return
    done
    control loop_video=1
    v4l2-ctl -d /dev/video1 --set-fmt-video-out=width=640,height=480,pixelformat=GREY
}
