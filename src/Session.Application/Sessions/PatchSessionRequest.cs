using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Validation;
using SessionService.Domain.Errors;
using SessionService.Domain.Identity;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>
/// A JSON merge patch (RFC 7396) of a session: an object is merged into the stored one member by member at every level, null removes a
/// member, and any other value replaces it.
/// </summary>
public sealed class PatchSessionRequest : IMergePatch
{
    /// <summary>The most objects in a patch, since each is merged separately.</summary>
    public const int MaxObjects = 10_000;

    public const int MaxProjectIdLength = 255;

    private const string ProjectIdField = "project_id";

    /// <summary>The title, up to 500 characters; null removes it.</summary>
    /// <example>Plans for the summer</example>
    [StringLength(Session.MaxTitleLength)]
    public string? Title { get; init; }

    /// <summary>Merged into the client's own data; null empties it.</summary>
    /// <example>{"step": 3, "draft": null}</example>
    public JsonText? ConversationData { get; init; }

    /// <summary>Merged into the client's own labels; null empties them.</summary>
    /// <example>{"topic": {"name": "summer"}, "test": null}</example>
    public JsonText? Metadata { get; init; }

    /// <summary>
    /// The project that the session belongs to, up to 255 characters: stored as <c>metadata.project_id</c>; null removes it.
    /// </summary>
    [StringLength(MaxProjectIdLength)]
    public string? ProjectId { get; init; }

    /// <summary>The caller, where nothing else names one; naming another user than the caller is refused.</summary>
    [StringLength(UserIds.MaxLength, MinimumLength = 1)]
    public string? UserId { get; init; }

    ISet<string> IKnowsNulls.Nulls { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// Merges <c>metadata</c> and then <c>project_id</c> into the stored metadata; <see langword="null"/> where neither is given.
    /// </summary>
    /// <exception cref="InvalidFieldException">The result is too large.</exception>
    internal string? MergeMetadata(string stored, int maxBytes)
    {
        var merged = this.Merge("metadata", Metadata, stored, maxBytes);
        if (ProjectId is null && !this.Removes(ProjectIdField))
        {
            return merged;
        }

        var moved = new JsonText(new JsonObject { [ProjectIdField] = ProjectId }.ToJsonString());
        return this.Merge(ProjectIdField, moved, merged ?? stored, maxBytes);
    }
}

internal sealed class PatchSessionRequestValidator : AbstractValidator<PatchSessionRequest>
{
    public PatchSessionRequestValidator(IOptions<LimitOptions> limits)
    {
        RuleFor(r => r.Title).Characters(Session.MaxTitleLength);
        RuleFor(r => r.ProjectId).Characters(PatchSessionRequest.MaxProjectIdLength);
        RuleFor(r => r.UserId).CallerOfPatch();
        RuleFor(r => r.ConversationData).JsonObject(limits.Value.MaxJsonBytes).FewObjects();
        RuleFor(r => r.Metadata).JsonObject(limits.Value.MaxJsonBytes).FewObjects();
    }
}

internal static class MergePatchRules
{
    public static IRuleBuilderOptions<T, JsonText?> FewObjects<T>(this IRuleBuilder<T, JsonText?> rule) =>
        rule.Must(patch => patch is null || CountObjects(Encoding.UTF8.GetBytes(patch.Value)) <= PatchSessionRequest.MaxObjects)
            .WithMessage($"must hold at most {PatchSessionRequest.MaxObjects} objects");

    /// <summary>The user of a patch, who cannot be taken away.</summary>
    public static void CallerOfPatch<T>(this IRuleBuilderInitial<T, string?> rule)
        where T : IMergePatch
    {
        rule.UserId();
        rule.Must((request, _) => !request.Removes("user_id")).WithMessage("cannot be taken away");
    }

    // Objects in arrays are replaced, not merged.
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
