using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Domain.Sessions;
using SessionService.Domain.Text;

namespace SessionService.Application.Sessions;

/// <summary>
/// A JSON merge patch (RFC 7396) of a session: an object is merged into the stored one member by member at every level, null removes a
/// member, and any other value replaces it.
/// </summary>
public sealed class PatchSessionRequest
{
    /// <summary>The most objects in a patch, since each is merged separately.</summary>
    public const int MaxObjects = 10_000;

    /// <summary>The title, up to 500 characters; null removes it.</summary>
    /// <example>Plans for the summer</example>
    [StringLength(Session.MaxTitleLength)]
    [NullIsGiven]
    public JsonText? Title { get; init; }

    /// <summary>Merged into the client's own data; null empties it.</summary>
    /// <example>{"step": 3, "draft": null}</example>
    [NullIsGiven]
    public JsonText? ConversationData { get; init; }

    /// <summary>Merged into the client's own labels; null empties them.</summary>
    /// <example>{"topic": {"name": "summer"}, "test": null}</example>
    [NullIsGiven]
    public JsonText? Metadata { get; init; }

    internal SessionPatch ToPatch() => new(
        Title is not null,
        Title is { IsString: true } ? JsonSerializer.Deserialize<string>(Title.Value) : null,
        ConversationData?.Value,
        Metadata?.Value);
}

internal sealed class PatchSessionRequestValidator : AbstractValidator<PatchSessionRequest>
{
    public PatchSessionRequestValidator(IOptions<LimitOptions> limits)
    {
        RuleFor(r => r.Title).Custom((title, context) =>
        {
            if (title is not null && !title.IsNull && RefuseTitle(title) is { } reason)
            {
                context.AddFailure(reason);
            }
        });
        RuleFor(r => r.ConversationData).MergePatch(limits.Value.MaxJsonBytes);
        RuleFor(r => r.Metadata).MergePatch(limits.Value.MaxJsonBytes);
    }

    private static string? RefuseTitle(JsonText title)
    {
        if (!title.IsString)
        {
            return "must be a string or null";
        }

        if (JsonLimits.Refuse(Encoding.UTF8.GetBytes(title.Value), int.MaxValue) is { } reason)
        {
            return reason;
        }

        var text = JsonSerializer.Deserialize<string>(title.Value)!;
        return text.EnumerateRunes().Count() > Session.MaxTitleLength
            ? $"must be at most {Session.MaxTitleLength} characters long"
            : StorableText.Refuse(text);
    }
}

internal static class MergePatchRules
{
    public static IRuleBuilderOptionsConditions<T, JsonText?> MergePatch<T>(this IRuleBuilder<T, JsonText?> rule, int maxBytes) =>
        rule.Custom((patch, context) =>
        {
            if (patch is not null && !patch.IsNull && Refuse(patch, maxBytes) is { } reason)
            {
                context.AddFailure(reason);
            }
        });

    private static string? Refuse(JsonText patch, int maxBytes)
    {
        if (!patch.IsObject)
        {
            return "must be a JSON object or null";
        }

        var json = Encoding.UTF8.GetBytes(patch.Value);
        return JsonLimits.Refuse(json, maxBytes)
            ?? (CountObjects(json) > PatchSessionRequest.MaxObjects ? $"must hold at most {PatchSessionRequest.MaxObjects} objects" : null);
    }

    // Objects in arrays are replaced, not merged, and do not count.
    private static int CountObjects(ReadOnlySpan<byte> json)
    {
        var objects = 0;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Skip();
            }

            objects += reader.TokenType == JsonTokenType.StartObject ? 1 : 0;
        }

        return objects;
    }
}
