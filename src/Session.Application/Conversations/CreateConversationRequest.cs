using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Json;

namespace SessionService.Application.Conversations;

/// <summary>A conversation to create.</summary>
public sealed class CreateConversationRequest
{
    /// <summary>At most 16 pairs: keys of at most 64 characters, strings of at most 512.</summary>
    /// <example>{"topic": "demo"}</example>
    public JsonText? Metadata { get; init; }

    /// <summary>The first items, 1,000 at most.</summary>
    /// <example>null</example>
    [JsonArrayText]
    [MaxLength(GivenItems.MaxItems)]
    public JsonText? Items { get; init; }
}

/// <summary>The metadata that take the place of those of a conversation.</summary>
public sealed class UpdateConversationRequest : IKnowsNulls
{
    /// <summary>At most 16 pairs: keys of at most 64 characters, strings of at most 512. Null for none.</summary>
    /// <example>{"topic": "demo"}</example>
    [Required]
    public JsonText? Metadata { get; init; }

    ISet<string> IKnowsNulls.Nulls { get; } = new HashSet<string>(StringComparer.Ordinal);
}

/// <summary>Items to add to a conversation, all of them or none.</summary>
public sealed class CreateItemsRequest
{
    /// <summary>The items in their order, 1,000 at most.</summary>
    [Required]
    [JsonArrayText]
    [MaxLength(GivenItems.MaxItems)]
    public JsonText? Items { get; init; }
}

// What the pairs and the items are is read where they are taken apart.
internal sealed class CreateConversationRequestValidator : AbstractValidator<CreateConversationRequest>
{
    public CreateConversationRequestValidator()
    {
        RuleFor(r => r.Metadata).PairsOfStrings();
        RuleFor(r => r.Items).ArrayOfItems();
    }
}

internal sealed class UpdateConversationRequestValidator : AbstractValidator<UpdateConversationRequest>
{
    public UpdateConversationRequestValidator() => RuleFor(r => r.Metadata).PairsOfStrings();
}

internal sealed class CreateItemsRequestValidator : AbstractValidator<CreateItemsRequest>
{
    public CreateItemsRequestValidator() => RuleFor(r => r.Items).ArrayOfItems();
}

internal static class ConversationRules
{
    public static IRuleBuilderOptions<T, JsonText?> PairsOfStrings<T>(this IRuleBuilder<T, JsonText?> rule) =>
        rule.Must(json => json is null || json.IsObject).WithMessage("must be an object of strings");

    public static IRuleBuilderOptions<T, JsonText?> ArrayOfItems<T>(this IRuleBuilder<T, JsonText?> rule) =>
        rule.Must(json => json is null || json.IsArray).WithMessage($"must be an array of at most {GivenItems.MaxItems} items");
}
