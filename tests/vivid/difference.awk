# Of what `cmp -l` prints, place and both bytes in octal: how many bytes differ, and by how much at the most.
# Fails where one differs by more than `most`.
function octal(digits) { return substr(digits, 1, 1) * 64 + substr(digits, 2, 1) * 8 + substr(digits, 3, 1) }
# There are many places and few different pairs: these alone are worth calculating with.
{ count[$2 " " $3]++ }
END {
    for (pair in count) {
        split(pair, bytes, " ")
        difference = octal(sprintf("%03d", bytes[1])) - octal(sprintf("%03d", bytes[2]))
        if (difference < 0) difference = -difference
        if (difference > greatest) greatest = difference
        sum += count[pair]
    }
    printf "%d bytes differ, by %d at the most\n", sum, greatest
    exit greatest > most
}
