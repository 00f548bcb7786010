using AutoMapper;
using SessionService.Domain.Keys;

namespace SessionService.Application.Keys;

internal sealed class KeyMapping : Profile
{
    /// <summary>The key of the mapping's context item with the text of a new key.</summary>
    public const string Text = nameof(Text);

    public KeyMapping()
    {
        CreateMap<ApiKey, KeyResponse>().ForMember(r => r.Service, map => map.MapFrom(key => key.UserId == null));
        CreateMap<ApiKey, CreatedKeyResponse>()
            .IncludeBase<ApiKey, KeyResponse>()
            .ForMember(r => r.Key, map => map.MapFrom((_, _, _, context) => (string)context.Items[Text]));
    }
}
