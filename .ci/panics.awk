# Which functions of the library end in a panic, and which lines of code lead to one.
#
# Reads the calls of a linked program, one a line: caller, callee, author (tab between). The author is the innermost
# source line at the call that is not the library's; a call that has none is the library's own, and passes the question
# on to whoever calls that function. Prints `symbol NAME` for each function of the library that can panic, and
# `site AUTHOR CALLEE CALLER` for each call of such a function from code outside the library.
BEGIN { FS = OFS = "\t" }

{ caller[NR] = $1; callee[NR] = $2; author[NR] = $3 }

$2 ~ /(^|[<: ])core::panicking::|rust_begin_unwind/ { panics[$2] = 1 }

END {
    do {
        grown = 0
        for (i = 1; i <= NR; i++)
            if (callee[i] in panics && author[i] == "" && !(caller[i] in panics)) { panics[caller[i]] = 1; grown = 1 }
    } while (grown)
    for (name in panics) print "symbol", name
    for (i = 1; i <= NR; i++)
        if (callee[i] in panics && author[i] != "" && !(caller[i] in panics)) print "site", author[i], callee[i], caller[i]
}
