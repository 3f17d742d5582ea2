package diag

// The query codes.
const ()

var queryCodes = []Info{}
