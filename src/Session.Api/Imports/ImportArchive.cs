using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using SessionService.Api.Json;
using SessionService.Application.Files;
using SessionService.Application.Imports;
using SessionService.Application.Imports.Foreign;
using SessionService.Application.Limits;
using SessionService.Domain.Errors;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Imports;

/// <summary>
/// Reads the conversations in a zip, as programs hand it out: <c>conversations.json</c>, in one or several parts, or whatever JSON in it
/// has a known form. Only a file can be read as a zip, so the zip is kept in a temporary file meanwhile.
/// </summary>
internal sealed partial class ImportArchive(ImportReader reader, IOptions<LimitOptions> limits)
{
    /// <summary>The most files that a zip may hold.</summary>
    public const int MaxEntries = 20_000;

    private const int MaxNameLength = 200;

    // Pictures take up most of a zip, and are not unpacked. So the text in it may be this much larger than the zip may be.
    private const int TextFactor = 4;

    [GeneratedRegex(
        @"\Aconversations([-_ ]?[0-9]+)?\.json\z",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Conversations { get; }

    /// <summary>Reads the lines of all files in the order of their names.</summary>
    /// <exception cref="InvalidFieldException">It is no zip, or has too many files.</exception>
    public async IAsyncEnumerable<ImportLine> ReadAsync(
        Stream stream, string userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = await TemporaryFile.KeepAsync(
            stream,
            "session-import",
            limits.Value.MaxArchiveBytes,
            onRead: null,
            () => new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge),
            cancellationToken);
        using var archive = Open(file);
        var isEmpty = true;
        var budget = new UnpackedBytes(limits.Value.MaxArchiveBytes * TextFactor);
        foreach (var entry in Choose(archive))
        {
            await foreach (var line in ReadAsync(entry, budget, userId, cancellationToken))
            {
                isEmpty = false;
                yield return line;
                if (line is RefusedLine { Refusal.EndsReading: true })
                {
                    yield break;
                }
            }
        }

        if (isEmpty)
        {
            yield return new RefusedLine(1, Kind: null, new ImportRefusal(
                ProblemCodes.ValidationFailed,
                $"The zip holds no conversations of a known form. The known forms: {ForeignForms.Names}.",
                IsOfUnknownForm: true));
        }
    }

    /// <summary>The lines of a file. A file without conversations, such as the settings of a user, is passed over.</summary>
    private async IAsyncEnumerable<ImportLine> ReadAsync(
        ZipArchiveEntry entry, UnpackedBytes budget, string userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var unpacked = new UnpackedStream(entry, budget);
        await using var lines = reader
            .ReadAsync(unpacked, isLines: IsLines(entry.Name), userId, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        for (var number = 0L; ;)
        {
            var (line, refusal) = await NextAsync(lines);
            if (refusal is not null)
            {
                yield return new RefusedLine(number + 1, Kind: null, refusal) { File = NameOf(entry) };
            }

            if (line is null || (number == 0 && line is RefusedLine { Refusal.IsOfUnknownForm: true }))
            {
                yield break;
            }

            number = line.Number;
            yield return line with { File = NameOf(entry) };
        }
    }

    private static async ValueTask<(ImportLine? Line, ImportRefusal? Refusal)> NextAsync(IAsyncEnumerator<ImportLine> lines)
    {
        try
        {
            return (await lines.MoveNextAsync() ? lines.Current : null, null);
        }
        catch (InvalidJsonException)
        {
            // Not even the beginning is JSON.
            return (null, null);
        }
        catch (UnpackedTooMuchException exception)
        {
            return (null, new ImportRefusal(ProblemCodes.PayloadTooLarge, exception.Message, EndsReading: true));
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException)
        {
            return (null, new ImportRefusal("invalid_archive", "The file in the zip is damaged, encrypted or packed in an unknown way."));
        }
    }

    private static List<ZipArchiveEntry> Choose(ZipArchive archive)
    {
        var files = archive.Entries
            .Where(entry => IsJson(entry.FullName))
            .OrderBy(entry => entry.FullName, StringComparer.Ordinal)
            .ToList();
        var conversations = files.Where(entry => Conversations.IsMatch(entry.Name)).ToList();
        return conversations.Count > 0 ? conversations : files;
    }

    // AI Studio's files have names without an ending. What macOS adds has names that begin with a dot.
    private static bool IsJson(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.Length > 0
            && name[0] != '.'
            && Path.GetExtension(name).ToUpperInvariant() is ("" or ".JSON" or ".JSONL" or ".NDJSON");
    }

    private static bool IsLines(string name) => Path.GetExtension(name).ToUpperInvariant() is ".JSONL" or ".NDJSON";

    private static string NameOf(ZipArchiveEntry entry) => string.Concat(entry.FullName.EnumerateRunes().Take(MaxNameLength));

    private static ZipArchive Open(FileStream file)
    {
        if (ZipDirectory.CountEntries(file) is not { } entries)
        {
            throw new InvalidFieldException("body", "must be a zip archive");
        }

        if (entries > MaxEntries)
        {
            throw new InvalidFieldException("body", $"must hold at most {MaxEntries} files");
        }

        try
        {
            var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            _ = archive.Entries;
            return archive;
        }
        catch (InvalidDataException)
        {
            throw new InvalidFieldException("body", "must be a zip archive that is not damaged");
        }
    }
}
