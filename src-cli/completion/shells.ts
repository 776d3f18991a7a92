/** What a shell is given to read. Each asks `joey completion words` for every press of the key, so that names are live. */
export const shells: Readonly<Record<string, string>> = {
  bash: `# joey completion bash
_joey() {
  local line=\${COMP_LINE:0:COMP_POINT} words IFS=$' \\t\\n'
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local current=\${words[-1]} prefix=''
  # A colon parts words for readline, so what stands before it is there already.
  [[ $current == *:* && $COMP_WORDBREAKS == *:* ]] && prefix=\${current%:*}:
  local IFS=$'\\n'
  COMPREPLY=($("\${words[0]}" completion words -- "\${words[@]:1}" 2>/dev/null))
  COMPREPLY=("\${COMPREPLY[@]#"$prefix"}")
}
complete -o bashdefault -o default -F _joey joey
`,
  zsh: `#compdef joey
# joey completion zsh
_joey() {
  local -a found
  found=("\${(@f)$("\${words[1]}" completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  if (( \${#found} )); then compadd -- "\${found[@]}"; else _files; fi
}
compdef _joey joey
`,
  fish: `# joey completion fish
function __joey_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] completion words -- $words[2..-1] 2>/dev/null
end
complete -c joey -a '(__joey_complete)'
`,
}
