using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;
using SessionService.Api.Json;
using SessionService.Application.Exports;
using SessionService.Application.Imports;
using SessionService.Application.Imports.Foreign;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Time;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Imports;

/// <summary>Reads what is to be imported, object by object: exports of this service, and the forms of others.</summary>
internal sealed class ImportReader(
    IOptions<LimitOptions> limits,
    IValidator<SessionLine> sessions,
    IValidator<MessageLine> messages,
    IValidator<MemoryLine> memories,
    IValidator<UserMemoryLine> userMemories,
    IValidator<UserMemoryVersionLine> userMemoryVersions,
    TimeProvider time)
{
    private readonly JsonObjectInputFormatter _json = new(ServiceJson.NewOptions());

    /// <summary>The content, in the order in which it comes.</summary>
    /// <param name="stream">NDJSON, or JSON documents.</param>
    /// <param name="isLines">Whether each line stands for itself, so that a broken one does no harm to those after it.</param>
    /// <param name="userId">Whose it becomes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidJsonException">It is no JSON from the start.</exception>
    public async IAsyncEnumerable<ImportLine> ReadAsync(
        Stream stream, bool isLines, string userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var records = new JsonRecords(stream, (int)Math.Min(limits.Value.MaxBodyBytes, int.MaxValue / 2), json => Is(json, ChatMessages.IsMessage));
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
                yield return new ImportLine(number + 1, Kind: null, Content: null, new ImportRefusal(ProblemCodes.InvalidJson, end.Message, EndsReading: true));
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
            yield return new ImportLine(number + 1, Kind: null, Content: null, new ImportRefusal(
                "export_incomplete", "The export has no line that ends it: it was cut off, and what followed is missing.", EndsReading: true));
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
            return ([Refuse(record, kind: null, ProblemCodes.PayloadTooLarge, $"must be at most {limits.Value.MaxBodyBytes} bytes long")], Place.Inside);
        }

        record = record with { Json = ToObject(record.Json) };
        var errors = new ModelStateDictionary();
        try
        {
            var document = JsonObjectInputFormatter.Parse(record.Json, errors);
            return document is null ? ([Refuse(record, kind: null, errors)], Place.Inside) : Read(record, document, userId);
        }
        catch (InvalidJsonException exception)
        {
            return ([Refuse(record, kind: null, ProblemCodes.InvalidJson, exception.Message)], Place.Inside);
        }
    }

    private (IEnumerable<ImportLine> Lines, Place Place) Read(JsonRecord record, JsonDocument document, string userId)
    {
        using (document)
        {
            var json = document.RootElement;
            var type = json.TryGetProperty("type", out var named) && named.ValueKind == JsonValueKind.String ? JsonMarshal.GetRawUtf8Value(named) : default;
            if (type.SequenceEqual("\"session\""u8))
            {
                return ([Read(record, json, ImportKind.Session, sessions)], Place.Inside);
            }

            if (type.SequenceEqual("\"message\""u8))
            {
                return ([Read(record, json, ImportKind.Message, messages)], Place.Inside);
            }

            if (type.SequenceEqual("\"memory\""u8))
            {
                return ([Read(record, json, ImportKind.Memory, memories)], Place.Inside);
            }

            if (type.SequenceEqual("\"user_memory\""u8))
            {
                return ([Read(record, json, ImportKind.UserMemory, userMemories)], Place.Inside);
            }

            if (type.SequenceEqual("\"user_memory_version\""u8))
            {
                return ([Read(record, json, ImportKind.UserMemory, userMemoryVersions)], Place.Inside);
            }

            if (type.SequenceEqual("\"end\""u8))
            {
                return ([], Place.AtEnd);
            }

            if (type.SequenceEqual("\"export\""u8))
            {
                return json.TryGetProperty("version", out var version) && version.GetRawText() == $"{ExportForm.Version}"
                    ? ([], Place.AtBeginning)
                    : ([new ImportLine(record.Number, Kind: null, Content: null, new ImportRefusal(
                        "unsupported_version", $"The export is of another version than {ExportForm.Version}.", EndsReading: true))], Place.Inside);
            }
        }

        return (ReadForeign(record, userId), Place.Inside);
    }

    private ImportLine Read<T>(JsonRecord record, JsonElement json, ImportKind kind, IValidator<T> validator)
        where T : notnull
    {
        var errors = new ModelStateDictionary();
        var content = (T)_json.Read(json, typeof(T), errors);
        return Check(record, kind, content, validator, errors);
    }

    /// <summary>A conversation in a form of others. Its JSON is in memory as a whole, and no longer than an object may be; its lines are made one by one.</summary>
    private IEnumerable<ImportLine> ReadForeign(JsonRecord record, string userId)
    {
        using var document = JsonDocument.Parse(StorableJson.Of(record.Json.Span), new JsonDocumentOptions { MaxDepth = JsonLimits.MaxDepth });
        var json = document.RootElement;
        var isChatGpt = ChatGptConversation.Is(json);
        if (!isChatGpt && !ChatMessages.Is(json))
        {
            yield return Refuse(
                record, kind: null, ProblemCodes.ValidationFailed, "type: must be one of session, message, memory, user_memory, user_memory_version, or the object a conversation of a known form");
            yield break;
        }

        var now = time.GetDatabaseNow();
        var lines = isChatGpt
            ? ChatGptConversation.Read(json, userId, now, limits.Value.MaxJsonBytes)
            : ChatMessages.Read(json, userId, now);
        foreach (var line in lines)
        {
            yield return line is SessionLine session
                ? Check(record, ImportKind.Session, session, sessions, new ModelStateDictionary())
                : Check(record, ImportKind.Message, (MessageLine)line, messages, new ModelStateDictionary());
        }
    }

    /// <summary>Of the array of a chat's messages the object that it may be a member of; anything else as it is.</summary>
    private static ReadOnlyMemory<byte> ToObject(ReadOnlyMemory<byte> json) =>
        json.Span.TrimStart(" \t\r"u8).StartsWith("["u8) && Is(json, array => array.GetArrayLength() > 0 && ChatMessages.IsMessage(array[0]))
            ? (byte[])[.. "{\"messages\":"u8, .. json.Span, (byte)'}']
            : json;

    private static bool Is(ReadOnlyMemory<byte> json, Predicate<JsonElement> what)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = JsonLimits.MaxDepth });
            return what(document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ImportLine Check<T>(JsonRecord record, ImportKind kind, T content, IValidator<T> validator, ModelStateDictionary errors)
    {
        // A field that could not be read is not given; that it is missing besides is no news.
        foreach (var failure in validator.Validate(content).Errors.Where(failure => !errors.ContainsKey(failure.PropertyName)).ToList())
        {
            errors.TryAddModelError(failure.PropertyName, failure.ErrorMessage);
        }

        return errors.IsValid ? new ImportLine(record.Number, kind, content) : Refuse(record, kind, errors);
    }

    private static ImportLine Refuse(JsonRecord record, ImportKind? kind, ModelStateDictionary errors) => Refuse(
        record,
        kind,
        ProblemCodes.ValidationFailed,
        string.Join("; ", errors.SelectMany(entry => entry.Value!.Errors.Select(error =>
            entry.Key.Length == 0 ? error.ErrorMessage : $"{entry.Key}: {error.ErrorMessage}"))));

    private static ImportLine Refuse(JsonRecord record, ImportKind? kind, string code, string reason) =>
        new(record.Number, kind, Content: null, new ImportRefusal(code, reason));

    /// <summary>Where in an export a line stands.</summary>
    private enum Place
    {
        AtBeginning,
        Inside,
        AtEnd,
    }
}
