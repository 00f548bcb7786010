using System.Text;

namespace SessionService.IntegrationTests.Documentation;

/// <summary>
/// Reads the small part of the shell's language that the pages use: words, single and double quotes, variables, a backslash at the end of a line,
/// and comments. Everything else (pipes, redirections, substitutions) is refused.
/// </summary>
internal sealed class ShellWords
{
    private readonly string _script;
    private readonly IReadOnlyDictionary<string, string> _variables;
    private readonly List<List<string>> _commands = [];
    private List<string> _command = [];
    private StringBuilder? _word;
    private int _at;

    private ShellWords(string script, IReadOnlyDictionary<string, string> variables)
    {
        _script = script;
        _variables = variables;
    }

    /// <summary>The commands of a script, each as its words. A command sees the variables that are given, not those that the script sets.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Read(string script, IReadOnlyDictionary<string, string> variables)
    {
        var words = new ShellWords(script, variables);
        words.Read();
        return words._commands;
    }

    private void Read()
    {
        while (_at < _script.Length)
        {
            var next = _script[_at++];
            switch (next)
            {
                case '\n':
                    EndCommand();
                    break;
                case ' ':
                    EndWord();
                    break;
                case '#' when _word is null:
                    Take('\n');
                    _at--;
                    break;
                case '\'':
                    Word.Append(Take('\''));
                    break;
                case '"':
                    ReadQuoted();
                    break;
                case '\\' when _at < _script.Length && _script[_at] == '\n':
                    _at++;
                    break;
                case '$':
                    Word.Append(ReadVariable());
                    break;
                case '\\' or '|' or '>' or '<' or '&' or ';' or '`' or '(' or ')' or '*' or '?' or '[' or ']' or '{' or '}' or '~':
                    throw new FormatException($"'{next}' outside of quotes is more of the shell than the pages may use.");
                default:
                    Word.Append(next);
                    break;
            }
        }

        EndCommand();
    }

    private StringBuilder Word => _word ??= new StringBuilder();

    private void ReadQuoted()
    {
        _ = Word;
        while (true)
        {
            var next = _at < _script.Length ? _script[_at++] : throw new FormatException("A double quote is not closed.");
            switch (next)
            {
                case '"':
                    return;
                case '$':
                    Word.Append(ReadVariable());
                    break;
                case '\\' or '`':
                    throw new FormatException($"'{next}' in double quotes is more of the shell than the pages may use.");
                default:
                    Word.Append(next);
                    break;
            }
        }
    }

    private string ReadVariable()
    {
        var start = _at;
        while (_at < _script.Length && (char.IsAsciiLetterOrDigit(_script[_at]) || _script[_at] == '_'))
        {
            _at++;
        }

        var name = _script[start.._at];
        return _variables.TryGetValue(name, out var value) ? value : throw new FormatException($"The variable '${name}' is not set before.");
    }

    private string Take(char end)
    {
        var start = _at;
        _at = _script.IndexOf(end, start) + 1;
        if (_at == 0)
        {
            _at = _script.Length + 1;
            return end == '\n' ? _script[start..] : throw new FormatException($"A {end} is not closed.");
        }

        return _script[start..(_at - 1)];
    }

    private void EndWord()
    {
        if (_word is not null)
        {
            _command.Add(_word.ToString());
            _word = null;
        }
    }

    private void EndCommand()
    {
        EndWord();
        if (_command.Count > 0)
        {
            _commands.Add(_command);
            _command = [];
        }
    }
}
