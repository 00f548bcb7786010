using System.Text.Json;
using System.Text.Unicode;
using FluentValidation;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;
using SessionService.Api.Json;
using SessionService.Application.Attachments;
using SessionService.Application.Exports;
using SessionService.Application.Imports;
using SessionService.Application.Imports.Foreign;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Time;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Imports;

/// <summary>Reads conversations in the forms of other programs.</summary>
internal sealed class ForeignReader(
    IOptions<LimitOptions> limits,
    IOptions<AttachmentOptions> attachments,
    IValidator<SessionLine> sessions,
    IValidator<MessageLine> messages,
    TimeProvider time)
{
    private static readonly string KnownForms = $"The known forms: {ForeignForms.Names}.";

    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = JsonLimits.MaxDepth };

    /// <summary>
    /// Reads a conversation in the format of another program. Its JSON is in memory as a whole, which the size limit of objects bounds. It
    /// is valid or wrong as a whole.
    /// </summary>
    public ImportLine Read(JsonRecord record, JsonDocument document, string userId)
    {
        using var given = document;
        using var mended = StorableJson.Mend(record.Json.Span) is { } storable ? JsonDocument.Parse(storable, Bounded) : null;
        var json = (mended ?? given).RootElement;
        if (ForeignForms.Find(json) is not { } form)
        {
            return AsUnknownForm(ImportReader.Refuse(
                record,
                kind: null,
                ProblemCodes.ValidationFailed,
                "type: must be one of session, message, branch_message, branch, memory, user_memory, user_memory_version, attachment, "
                + $"or the object a conversation of a known form. {KnownForms}"));
        }

        var now = time.GetDatabaseNow();
        var foreign = ForeignSession.Of(
            form.Read(json, now),
            json,
            userId,
            now,
            limits.Value.MaxJsonBytes,
            attachments.Value.InlineBytes,
            attachments.Value.MaxBytes);
        var errors = Validate(foreign.Session, sessions);
        var isUnderstood = true;
        for (var i = 0; i < foreign.Messages.Count && errors.IsValid; i++)
        {
            errors = Validate(foreign.Messages[i], messages, foreign.Messages.Count == 1 ? "" : $"messages[{i}].");
            isUnderstood = foreign.Messages[i] is { Role: not null, Content: not null };
        }

        return errors.IsValid
            ? new ValidConversation(record.Number, foreign.Session, foreign.Messages, foreign.Branches, foreign.SkippedBranches)
            : ImportReader.Refuse(
                record,
                ImportKind.Session,
                ProblemCodes.ValidationFailed,
                ImportReader.Describe(errors) + (isUnderstood ? "" : $". It was read as {form.Name}. {KnownForms}"));
    }

    public static RefusedLine AsUnknownForm(RefusedLine refused) =>
        refused with { Refusal = refused.Refusal with { IsOfUnknownForm = true } };

    /// <summary>Wraps the array of a chat's messages into an object <c>{"messages": […]}</c> and parses it.</summary>
    public static JsonDocument? Parse(ref JsonRecord record, ModelStateDictionary errors)
    {
        var chat = record with { Json = (byte[])[.. "{\"messages\":"u8, .. record.Json.Span, (byte)'}'] };
        try
        {
            var document = JsonObjectParser.Parse(chat.Json, errors);
            record = chat;
            return document;
        }
        catch (InvalidJsonException)
        {
            // The error must name its place in the text that was sent, without the wrapper.
            return JsonObjectParser.Parse(record.Json, errors);
        }
    }

    /// <summary>Whether the JSON is an array that begins with a message of a chat. Only the first element is parsed.</summary>
    public static bool IsMessages(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        if (!reader.Read()
            || reader.TokenType != JsonTokenType.StartArray
            || !reader.Read()
            || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return IsMessage(json[start..(int)reader.BytesConsumed]);
    }

    public static bool IsMessage(ReadOnlyMemory<byte> json) => IsForeign(json, ForeignForms.IsMessage);

    public static bool IsConversation(ReadOnlyMemory<byte> json) =>
        IsForeign(json, element => !ForeignForms.IsMessage(element) && ForeignForms.Find(element) is not null);

    private static bool IsForeign(ReadOnlyMemory<byte> json, Predicate<JsonElement> isWanted)
    {
        if (!Utf8.IsValid(json.Span) || JsonSyntax.FindError(json.Span) >= 0)
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(StorableJson.Mend(json.Span) ?? json, Bounded);
            return document.RootElement.ValueKind == JsonValueKind.Object && isWanted(document.RootElement);
        }
        catch (JsonException)
        {
            // Nested too deeply.
            return false;
        }
    }

    private static ModelStateDictionary Validate<T>(T content, IValidator<T> validator, string prefix = "")
    {
        var errors = new ModelStateDictionary();
        foreach (var failure in validator.Validate(content).Errors)
        {
            errors.TryAddModelError(prefix + failure.PropertyName, failure.ErrorMessage);
        }

        return errors;
    }
}
