using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace SessionService.Application.Messages;

/// <summary>A page of a session's messages.</summary>
/// <remarks>Shown in the OpenAPI document; the answer itself is written row by row, see <see cref="MessagePage"/>.</remarks>
public sealed class MessageListResponse
{
    /// <summary>The messages of the page.</summary>
    [Required]
    public required IReadOnlyList<MessageResponse> Messages { get; init; }

    /// <summary>
    /// How many messages there are in all, not only on this page. With conditions on metadata: how many messages the session has.
    /// </summary>
    /// <example>1</example>
    [Required]
    public required long Total { get; init; }

    /// <summary>The number of the page, from 1; by position always 1.</summary>
    /// <example>1</example>
    [Required]
    public required int Page { get; init; }

    /// <summary>Messages a page; by position the <c>limit</c>.</summary>
    /// <example>100</example>
    [Required]
    public required int PageSize { get; init; }

    /// <summary>
    /// By position only, and absent otherwise: whether there are more messages in the direction of reading, older ones with
    /// <c>before</c> alone, newer ones (up to <c>before</c>) in every other case.
    /// </summary>
    /// <example>false</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasMore { get; init; }

    /// <summary>
    /// With conditions on metadata: the number to give as <c>after</c> to go on. Absent at the end, and where <c>next_before</c> is given.
    /// </summary>
    /// <example>10000</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? NextAfter { get; init; }

    /// <summary>
    /// With conditions on metadata and <c>before</c> alone: the number to give as <c>before</c> to go on. Absent at the end.
    /// </summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? NextBefore { get; init; }
}
