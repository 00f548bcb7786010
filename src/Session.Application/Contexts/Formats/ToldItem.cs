using System.Text.Json.Nodes;
using SessionService.Domain.Messages;

namespace SessionService.Application.Contexts.Formats;

/// <summary>An item or a block of a context, and who says the item: nobody may look into JSON that comes from a client.</summary>
/// <param name="Role">The role of who says or does this.</param>
/// <param name="Json">The item.</param>
/// <param name="IsReasoning">Whether a model thinks here.</param>
internal readonly record struct ToldItem(string Role, JsonNode Json, bool IsReasoning = false)
{
    /// <summary>The items without the reasoning that nothing of the model follows: the APIs refuse such reasoning.</summary>
    public static List<ToldItem> WithAnsweredReasoning(IEnumerable<ToldItem> items)
    {
        var kept = new List<ToldItem>();
        var isFollowed = false;
        foreach (var item in items.Reverse())
        {
            isFollowed = item.IsReasoning ? isFollowed : item.Role is MessageRoles.Assistant;
            if (isFollowed || !item.IsReasoning)
            {
                kept.Add(item);
            }
        }

        kept.Reverse();
        return kept;
    }
}
