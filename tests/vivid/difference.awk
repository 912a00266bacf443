# Of what `cmp -l` prints, place and both bytes in octal: how many bytes differ, and by how much at the most.
# Fails where one differs by more than `most`.
function octal(digits) { return substr(digits, 1, 1) * 64 + substr(digits, 2, 1) * 8 + substr(digits, 3, 1) }
{
    first = octal(sprintf("%03d", $2)); second = octal(sprintf("%03d", $3))
    difference = first > second ? first - second : second - first
    if (difference > greatest) greatest = difference
    count++
}
END {
    printf "%d bytes differ, by %d at the most\n", count, greatest
    exit greatest > most
}
