# Makes the web client's words (clients/web/src/i18n/en.ts) into a string resource of Android: the apps say the same.
# A key's dots become underscores; what stands in {braces} stays, and is filled in by the app (words/Words.java).
BEGIN { print "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<resources>" }
match($0, /^  "[A-Za-z0-9._]+": "/) {
    name = substr($0, 4, RLENGTH - 7)
    gsub(/\./, "_", name)
    text = substr($0, RLENGTH + 1)
    sub(/",$/, "", text)
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/'/, "\\'", text)
    printf "    <string name=\"%s\" formatted=\"false\">%s</string>\n", name, text
}
END { print "</resources>" }
