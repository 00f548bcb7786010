using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using FluentValidation;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;
using SessionService.Api.Json;
using SessionService.Application.Exports;
using SessionService.Application.Imports;
using SessionService.Application.Limits;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Imports;

/// <summary>Reads the lines of an import, object by object: from exports of this service and from the formats of other programs.</summary>
internal sealed class ImportReader(
    IOptions<LimitOptions> limits,
    IValidator<SessionLine> sessions,
    IValidator<MessageLine> messages,
    IValidator<MemoryLine> memories,
    IValidator<UserMemoryLine> userMemories,
    IValidator<UserMemoryVersionLine> userMemoryVersions,
    IValidator<AttachmentLine> attachments,
    IValidator<FeedbackLine> feedback,
    ForeignReader foreign)
{
    private readonly JsonObjectInputFormatter _json = new(ServiceJson.NewOptions());

    /// <summary>Reads the lines in the order of the stream.</summary>
    /// <param name="stream">NDJSON, or JSON documents.</param>
    /// <param name="isLines">Whether the stream is NDJSON, in which an invalid line does not affect those after it.</param>
    /// <param name="userId">The user who gets the imported data.</param>
    /// <exception cref="InvalidJsonException">The stream does not begin with JSON.</exception>
    public async IAsyncEnumerable<ImportLine> ReadAsync(
        Stream stream, bool isLines, string userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var maxRecordBytes = (int)Math.Min(limits.Value.MaxBodyBytes, int.MaxValue / 2);
        var records = new JsonRecords(stream, maxRecordBytes, ForeignReader.IsMessage, ForeignReader.IsConversation);
        await using var all = (isLines ? records.ReadLinesAsync(cancellationToken) : records.ReadDocumentsAsync(cancellationToken))
            .GetAsyncEnumerator(cancellationToken);
        long number = 0;
        var isInExport = false;
        while (true)
        {
            var (hasNext, end) = await TryMoveAsync(all);
            if (!hasNext && end is null && number == 0 && !isLines)
            {
                end = new InvalidJsonException("The body is not JSON: it is empty.");
            }

            if (end is not null && number == 0)
            {
                throw end;
            }

            if (end is not null)
            {
                yield return new RefusedLine(
                    number + 1, Kind: null, new ImportRefusal(ProblemCodes.InvalidJson, end.Message, EndsReading: true));
            }

            if (!hasNext)
            {
                break;
            }

            number = all.Current.Number;
            var (lines, place) = Read(all.Current, userId);
            isInExport = place switch
            {
                Place.AtBeginning => true,
                Place.AtEnd => false,
                _ => isInExport,
            };
            foreach (var line in lines)
            {
                yield return line;
            }
        }

        if (isLines && isInExport)
        {
            yield return new RefusedLine(number + 1, Kind: null, new ImportRefusal(
                "export_incomplete",
                "The export has no line that ends it: it was cut off, and what followed is missing.",
                EndsReading: true));
        }
    }

    private static async ValueTask<(bool HasNext, InvalidJsonException? End)> TryMoveAsync(IAsyncEnumerator<JsonRecord> records)
    {
        try
        {
            return (await records.MoveNextAsync(), null);
        }
        catch (InvalidJsonException exception)
        {
            return (false, exception);
        }
    }

    private (IEnumerable<ImportLine> Lines, Place Place) Read(JsonRecord record, string userId)
    {
        if (record.IsTooLong)
        {
            return (
                [Refuse(record, kind: null, ProblemCodes.PayloadTooLarge, $"must be at most {limits.Value.MaxBodyBytes} bytes long")],
                Place.Inside);
        }

        if (RefuseSyntax(record) is { } refused)
        {
            return ([refused], Place.Inside);
        }

        var errors = new ModelStateDictionary();
        try
        {
            var document = ForeignReader.IsMessages(record.Json)
                ? ForeignReader.Parse(ref record, errors)
                : JsonObjectParser.Parse(record.Json, errors);
            if (document is null)
            {
                var wrong = Refuse(record, kind: null, errors);
                return ([IsObject(record.Json) ? wrong : ForeignReader.AsUnknownForm(wrong)], Place.Inside);
            }

            return Read(record, document, userId);
        }
        catch (InvalidJsonException exception)
        {
            return ([Refuse(record, kind: null, ProblemCodes.InvalidJson, exception.Message)], Place.Inside);
        }
    }

    private (IEnumerable<ImportLine> Lines, Place Place) Read(JsonRecord record, JsonDocument document, string userId)
    {
        if (ReadPart(record, document.RootElement) is { } part)
        {
            document.Dispose();
            return part;
        }

        return ([foreign.Read(record, document, userId)], Place.Inside);
    }

    /// <summary>Reads a part of an export of this service; <see langword="null"/> where the object is none.</summary>
    private (IEnumerable<ImportLine> Lines, Place Place)? ReadPart(JsonRecord record, JsonElement json)
    {
        return TypeOf(json) switch
        {
            ExportForm.Header when IsOfThisVersion(json) => ([], Place.AtBeginning),
            ExportForm.Header => ([new RefusedLine(record.Number, Kind: null, new ImportRefusal(
                "unsupported_version", $"The export is of another version than {ExportForm.Version}.", EndsReading: true))], Place.Inside),
            ExportForm.Session => ([Read(record, json, ImportKind.Session, sessions)], Place.Inside),
            ExportForm.Message => ([Read(record, json, ImportKind.Message, messages)], Place.Inside),
            ExportForm.Memory => ([Read(record, json, ImportKind.Memory, memories)], Place.Inside),
            ExportForm.UserMemory => ([Read(record, json, ImportKind.UserMemory, userMemories)], Place.Inside),
            ExportForm.UserMemoryVersion => ([Read(record, json, ImportKind.UserMemory, userMemoryVersions)], Place.Inside),
            ExportForm.Feedback => ([Read(record, json, ImportKind.Feedback, feedback)], Place.Inside),
            ExportForm.Attachment => ([Read(record, json, ImportKind.Attachment, attachments)], Place.Inside),
            ExportForm.End => ([], Place.AtEnd),
            _ => null,
        };
    }

    // The raw text between the quotes: in foreign files it may hold escapes that are no valid text.
    private static string? TypeOf(JsonElement json) =>
        json.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(type)[1..^1])
            : null;

    private static bool IsOfThisVersion(JsonElement json) =>
        json.TryGetProperty("version", out var version) && version.GetRawText() == $"{ExportForm.Version}";

    private ImportLine Read<T>(JsonRecord record, JsonElement json, ImportKind kind, IValidator<T> validator)
        where T : notnull
    {
        var errors = new ModelStateDictionary();
        var content = (T)_json.Read(json, typeof(T), errors);
        return Check(record, kind, content, validator, errors);
    }

    private static bool IsObject(ReadOnlyMemory<byte> json) => json.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    /// <summary>Refuses text that is no JSON. Such lines may be many, and are found without an exception.</summary>
    private static RefusedLine? RefuseSyntax(JsonRecord record)
    {
        var json = record.Json.Span;
        if (!Utf8.IsValid(json))
        {
            return Refuse(record, kind: null, ProblemCodes.InvalidJson, "The body is not UTF-8.");
        }

        if (JsonSyntax.FindError(json) is not (>= 0 and var at))
        {
            return null;
        }

        var line = json[..at].Count((byte)'\n');
        var place = at - json[..at].LastIndexOf((byte)'\n');
        return Refuse(
            record, kind: null, ProblemCodes.InvalidJson, $"The body is not JSON: see line {line + 1}, byte {place}.");
    }

    private static ImportLine Check<T>(JsonRecord record, ImportKind kind, T content, IValidator<T> validator, ModelStateDictionary errors)
    {
        // A field of a wrong type counts as not given. Its error is enough: that it is missing need not be reported too.
        foreach (var failure in validator.Validate(content).Errors.Where(failure => !errors.ContainsKey(failure.PropertyName)).ToList())
        {
            errors.TryAddModelError(failure.PropertyName, failure.ErrorMessage);
        }

        return errors.IsValid ? new ValidLine<T>(record.Number, content) : Refuse(record, kind, errors);
    }

    public static RefusedLine Refuse(JsonRecord record, ImportKind? kind, ModelStateDictionary errors) =>
        Refuse(record, kind, ProblemCodes.ValidationFailed, Describe(errors));

    public static string Describe(ModelStateDictionary errors) => string.Join("; ", errors.SelectMany(entry =>
        entry.Value!.Errors.Select(error => entry.Key.Length == 0 ? error.ErrorMessage : $"{entry.Key}: {error.ErrorMessage}")));

    public static RefusedLine Refuse(JsonRecord record, ImportKind? kind, string code, string reason) =>
        new(record.Number, kind, new ImportRefusal(code, reason));

    /// <summary>Where in an export a line stands.</summary>
    private enum Place
    {
        AtBeginning,
        Inside,
        AtEnd,
    }
}
