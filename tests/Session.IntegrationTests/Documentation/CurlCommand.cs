using System.Buffers;
using System.Net.Http.Headers;
using System.Text;

namespace SessionService.IntegrationTests.Documentation;

/// <summary>
/// A curl command, with the options that the pages use: -X, -H, -d, --data-binary, --data-urlencode, -G, -o, -s and -si. Any other is refused, so that no
/// command is run as something else than curl would make of it.
/// </summary>
internal sealed class CurlCommand
{
    private const string DocumentedAuthority = "localhost:8205";

    // curl refuses a URL with blanks, and reads braces and brackets as patterns.
    private static readonly SearchValues<char> NotInUrls = SearchValues.Create(" \"{}[]");

    private readonly List<(string Name, string Value)> _headers = [];
    private readonly List<string> _fields = [];
    private string? _method;
    private string? _data;
    private bool _sendsFieldsInUrl;
    private Uri? _url;

    private CurlCommand()
    {
    }

    /// <summary>The file that the body of the answer goes to, if there is one.</summary>
    public string? Output { get; private set; }

    /// <summary>Whether the output begins with the headers of the answer.</summary>
    public bool ShowsHeaders { get; private set; }

    /// <summary>The file whose bytes are the body of the request, if there is one.</summary>
    public string? Input { get; private set; }

    /// <exception cref="FormatException">An option is not known here, or the URL is not one of the service's.</exception>
    public static CurlCommand Parse(IReadOnlyList<string> words)
    {
        var command = new CurlCommand();
        for (var i = 1; i < words.Count; i++)
        {
            switch (words[i])
            {
                case "-X":
                    command._method = Value(words, ref i);
                    break;
                case "-H":
                    var header = Value(words, ref i).Split(':', 2);
                    command._headers.Add((header[0], header[1].Trim()));
                    break;
                case "-d":
                    command.SetData(Value(words, ref i));
                    break;
                case "--data-binary":
                    var file = Value(words, ref i);
                    command.Input = file.StartsWith('@') ? file[1..] : throw new FormatException("--data-binary takes a file here: @name.");
                    break;
                case "--data-urlencode":
                    var field = Value(words, ref i).Split('=', 2);
                    command._fields.Add($"{field[0]}={Uri.EscapeDataString(field[1])}");
                    break;
                case "-G":
                    command._sendsFieldsInUrl = true;
                    break;
                case "-s":
                    break;
                case "-si":
                    command.ShowsHeaders = true;
                    break;
                case "-o":
                    command.Output = Value(words, ref i);
                    break;
                case ['-', ..]:
                    throw new FormatException($"The option '{words[i]}' of curl is not known to this test.");
                default:
                    command.SetUrl(words[i]);
                    break;
            }
        }

        return command._url is null ? throw new FormatException("The command has no URL.")
            : command._fields.Count > 0 && !command._sendsFieldsInUrl ? throw new FormatException("--data-urlencode needs -G here.")
            : command;
    }

    /// <summary>The request, to the service at an address.</summary>
    public HttpRequestMessage ToRequest(Uri address, IReadOnlyDictionary<string, byte[]> files)
    {
        var query = string.Join('&', _fields.Prepend(_url!.Query.TrimStart('?')).Where(part => part.Length > 0));
        var target = new UriBuilder(address) { Path = _url.AbsolutePath, Query = query };
        var body = Input is not null ? files[Input] : _data is not null ? Encoding.UTF8.GetBytes(_data) : null;
        var request = new HttpRequestMessage(new HttpMethod(_method ?? (body is null ? "GET" : "POST")), target.Uri);
        if (body is not null)
        {
            // What curl sends where nobody says what it is.
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded") } };
        }

        foreach (var (name, value) in _headers)
        {
            if (string.Equals(name, "Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    private void SetData(string data)
    {
        if (data.StartsWith('@') || _data is not null)
        {
            throw new FormatException("-d takes a text here, and once.");
        }

        _data = data;
    }

    private void SetUrl(string url)
    {
        if (_url is not null || url.AsSpan().ContainsAny(NotInUrls) || !Uri.TryCreate(url, UriKind.Absolute, out _url) || _url.Authority != DocumentedAuthority)
        {
            throw new FormatException($"'{url}' is not one URL at http://{DocumentedAuthority}.");
        }
    }

    private static string Value(IReadOnlyList<string> words, ref int i) =>
        ++i < words.Count ? words[i] : throw new FormatException($"The option '{words[i - 1]}' has no value.");
}
